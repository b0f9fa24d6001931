import { type ReactNode, useEffect, useRef } from 'react';
import { Field } from '../../parts/field.tsx';
import { asName, type Base } from './draft.ts';

interface BaseFieldsProps {
  readonly draft: Base;
  readonly owners: readonly string[];
  readonly flaws: ReadonlyMap<string, string>;
  readonly onChange: (change: Partial<Base>) => void;
  readonly onLeave: (field: string) => void;
}

const pipelines = [
  { value: 'github', title: 'GitHub Actions' },
  { value: 'gitlab', title: 'GitLab CI' },
] as const;

/** What is asked of everything that is created. */
export function BaseFields({
  draft,
  owners,
  flaws,
  onChange,
  onLeave,
}: BaseFieldsProps): ReactNode {
  const name = useRef<HTMLInputElement>(null);
  // Naming the thing is why one came; not again when another golden path is tried, and not where focus
  // opens a keyboard over half of the page.
  useEffect(() => {
    const fine = window.matchMedia('(pointer: fine)').matches;
    if (fine && document.activeElement?.closest('form, fieldset') === null) name.current?.focus();
  }, []);
  return (
    <>
      <Field
        label="Name"
        required
        flaw={flaws.get('name')}
        help="Becomes its address, its repository and its place in the catalogue."
      >
        {(props) => (
          <input
            {...props}
            className="input input-mono"
            ref={name}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={100}
            placeholder="users-api"
            value={draft.name}
            onChange={(event) => onChange({ name: asName(event.target.value) })}
            onBlur={() => draft.name !== '' && onLeave('name')}
          />
        )}
      </Field>
      <div className="form-pair">
        <Field
          label="Owner"
          required
          flaw={flaws.get('owner')}
          help="The team that may change and operate it."
        >
          {(props) => (
            <select
              {...props}
              className="input"
              value={draft.owner}
              onChange={(event) => onChange({ owner: event.target.value })}
            >
              {owners.length === 0 ? <option value="">No team</option> : null}
              {owners.map((owner) => (
                <option key={owner}>{owner}</option>
              ))}
            </select>
          )}
        </Field>
        <fieldset className="field">
          <legend className="field-label">Pipeline file</legend>
          <div className="segments segments-field">
            {pipelines.map(({ value, title }) => (
              <button
                key={value}
                type="button"
                className="segment"
                aria-pressed={draft.ci === value}
                onClick={() => onChange({ ci: value })}
              >
                {title}
              </button>
            ))}
          </div>
        </fieldset>
      </div>
      <Field label="Description" optional flaw={flaws.get('description')}>
        {(props) => (
          <input
            {...props}
            className="input"
            autoComplete="off"
            maxLength={500}
            placeholder="What it does, in one sentence"
            value={draft.description}
            onChange={(event) => onChange({ description: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
