import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { useClient } from '../../../api/client-context.ts';
import { guardrailsQuery } from '../../../api/governance-queries.ts';
import { componentsQuery } from '../../../api/queries.ts';
import { plural } from '../../../format/count.ts';
import { Field } from '../../../parts/field.tsx';
import { asName } from '../../create/draft.ts';
import { fieldDay } from './expiry.ts';
import type { Draft } from './request-draft.ts';

interface PartProps {
  readonly draft: Draft;
  readonly flaws: ReadonlyMap<string, string>;
  readonly onChange: (part: Partial<Draft>) => void;
}

interface ScopeFieldsProps extends PartProps {
  readonly environments: readonly string[];
  readonly guardrailKnown: boolean;
}

/** Which guardrail may be broken by which service, and where. */
export function ScopeFields(props: ScopeFieldsProps): ReactNode {
  const { draft, flaws, environments, guardrailKnown, onChange } = props;
  const client = useClient();
  const guardrails = useQuery(guardrailsQuery(client));
  const on = (guardrails.data?.items ?? []).filter(
    ({ id, effective }) => effective !== 'off' || id === draft.guardrail,
  );
  return (
    <>
      <Field label="Guardrail" required flaw={flaws.get('guardrail')}>
        {(control) => (
          <select
            {...control}
            className="input"
            disabled={guardrailKnown && on.length > 0}
            value={draft.guardrail}
            onChange={(event) => onChange({ guardrail: event.target.value })}
          >
            {draft.guardrail === '' || on.length > 0 ? (
              <option value="">Choose…</option>
            ) : (
              <option>{draft.guardrail}</option>
            )}
            {on
              .toSorted((one, other) => one.title.localeCompare(other.title, 'en'))
              .map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
          </select>
        )}
      </Field>
      <div className="form-pair">
        <ServiceField
          label="Service"
          required
          value={draft.component}
          flaw={flaws.get('component')}
          onChange={(component) => onChange({ component })}
        />
        <Field label="Environment" help="For all of them the shortest of their limits counts.">
          {(control) => (
            <select
              {...control}
              className="input"
              value={draft.environment}
              onChange={(event) => onChange({ environment: event.target.value })}
            >
              <option value="">All environments</option>
              {environments.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Field>
      </div>
    </>
  );
}

interface ServiceFieldProps {
  readonly label: string;
  readonly required?: boolean;
  readonly value: string;
  readonly flaw: string | undefined;
  readonly onChange: (name: string) => void;
}

/** A service by its name; the catalogue helps out. */
export function ServiceField(props: ServiceFieldProps): ReactNode {
  const { label, required = false, value, flaw, onChange } = props;
  const list = useId();
  const catalogue = useInfiniteQuery(componentsQuery(useClient()));
  const names = catalogue.data?.pages.flatMap(({ items }) => items.map(({ name }) => name)) ?? [];
  return (
    <Field label={label} required={required} optional={!required} flaw={flaw}>
      {(control) => (
        <>
          <input
            {...control}
            className="input input-mono"
            list={list}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={60}
            value={value}
            onChange={(event) => onChange(asName(event.target.value))}
          />
          <datalist id={list}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

/** Why, and what is done instead. */
export function ReasonFields({ draft, flaws, onChange }: PartProps): ReactNode {
  return (
    <>
      <Field label="Reason" required flaw={flaws.get('reason')}>
        {(control) => (
          <textarea
            {...control}
            className="input"
            rows={3}
            maxLength={2000}
            value={draft.reason}
            onChange={(event) => onChange({ reason: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Compensating control"
        required
        flaw={flaws.get('control')}
        help="What keeps the risk low until it is mended."
      >
        {(control) => (
          <textarea
            {...control}
            className="input"
            rows={2}
            maxLength={2000}
            value={draft.control}
            onChange={(event) => onChange({ control: event.target.value })}
          />
        )}
      </Field>
      <Field label="Ticket" optional>
        {(control) => (
          <input
            {...control}
            className="input"
            maxLength={200}
            autoComplete="off"
            value={draft.ticket}
            onChange={(event) => onChange({ ticket: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

interface ExpiryFieldProps {
  readonly draft: Draft;
  readonly flaw: string | undefined;
  /** Milliseconds. */
  readonly today: number;
  readonly longest: number;
  readonly onChange: (part: Partial<Draft>) => void;
}

const dayMs = 86_400_000;

/** The day on which it ends; the latest is shown, and one press away. */
export function ExpiryField({
  draft,
  flaw,
  today,
  longest,
  onChange,
}: ExpiryFieldProps): ReactNode {
  const last = fieldDay(today + longest - 60_000);
  const presets = [7, 30, 90].filter((days) => days * dayMs < longest);
  const whole = Math.floor(longest / dayMs);
  return (
    <div className="stack-tight">
      <Field
        label="Ends on"
        required
        flaw={flaw}
        help={`At most ${whole > 0 ? plural(whole, 'day') : 'a few hours'} ${draft.environment === '' ? 'when all environments count' : `in ${draft.environment}`}: until ${last}.`}
      >
        {(control) => (
          <input
            {...control}
            type="date"
            className="input expiry-field"
            min={fieldDay(today)}
            max={last}
            value={draft.day}
            onChange={(event) => onChange({ day: event.target.value })}
          />
        )}
      </Field>
      <div className="row row-wrap">
        {presets
          .map((days) => [plural(days, 'day'), today + days * dayMs] as const)
          .map(([words, time]) => (
            <button
              key={words}
              type="button"
              className="button button-small"
              aria-pressed={draft.day === fieldDay(time)}
              onClick={() => onChange({ day: fieldDay(time) })}
            >
              {words}
            </button>
          ))}
        <button
          type="button"
          className="button button-small"
          aria-pressed={draft.day === last}
          onClick={() => onChange({ day: last })}
        >
          The longest
        </button>
      </div>
    </div>
  );
}
