import { Plus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../../parts/button.tsx';
import { asText, type FormState, rowOf } from './form-state.ts';
import { number, same } from './json-schema.ts';
import { type FormField, rowFields } from './schema-fields.ts';

interface ListProps {
  readonly field: FormField;
  readonly value: unknown;
  readonly form: FormState;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const mostOf = (field: FormField): number => number(field.schema, 'maxItems') ?? 200;

function Legend({
  field,
  flaw,
}: {
  readonly field: FormField;
  readonly flaw?: string | undefined;
}): ReactNode {
  return (
    <>
      <legend className="field-label">
        {field.label}
        {field.required ? null : <span className="field-optional">optional</span>}
      </legend>
      {field.help === undefined ? null : <p className="field-help">{field.help}</p>}
      {flaw === undefined ? null : <p className="field-flaw">{flaw}</p>}
    </>
  );
}

/** Several of a few. */
export function CheckList({
  field,
  value,
  flaw,
  form,
}: ListProps & { readonly flaw: string | undefined }): ReactNode {
  const held = listOf(value);
  return (
    <fieldset className="field">
      <Legend field={field} flaw={flaw} />
      {field.choices.map((choice) => {
        const on = held.some((item) => same(item, choice.value));
        const next = on
          ? held.filter((item) => !same(item, choice.value))
          : [...held, choice.value];
        return (
          <label className="check" key={choice.label}>
            <input
              type="checkbox"
              checked={on}
              disabled={field.readOnly}
              onChange={() => form.onChange(field.path, next)}
            />
            {choice.label}
          </label>
        );
      })}
    </fieldset>
  );
}

/** A list of texts or numbers, one line each. */
export function TextList({
  field,
  value,
  flaw,
  form,
}: ListProps & { readonly flaw: string | undefined }): ReactNode {
  const held = listOf(value);
  return (
    <fieldset className="field">
      <Legend field={field} flaw={flaw} />
      {held.map((item, index) => {
        const place = [...field.path, String(index)];
        const wrong = form.flaws.get(place.join('.'));
        return (
          <div key={index} className="field">
            <div className="row">
              <input
                className="input"
                aria-label={`${field.label} ${index + 1}`}
                {...(wrong === undefined ? {} : { 'aria-invalid': true })}
                autoComplete="off"
                maxLength={2000}
                value={asText(item)}
                onChange={(event) => form.onChange(place, event.target.value)}
                onBlur={() => form.onLeave(place)}
              />
              <Remove
                label={`Remove ${field.label} ${index + 1}`}
                onRemove={() => form.onChange(field.path, held.toSpliced(index, 1))}
              />
            </div>
            {wrong === undefined ? null : <p className="field-flaw">{wrong}</p>}
          </div>
        );
      })}
      <Add
        field={field}
        count={held.length}
        onAdd={() => form.onChange(field.path, [...held, ''])}
      />
    </fieldset>
  );
}

interface RowListProps extends ListProps {
  /** Draws one field of a row; handed in, because a row may hold every kind of field. */
  readonly draw: (field: FormField) => ReactNode;
}

/** A list of objects, a small form each. */
export function RowList({ field, value, form, draw }: RowListProps): ReactNode {
  const held = listOf(value);
  return (
    <fieldset className="field">
      <Legend field={field} flaw={form.flaws.get(field.path.join('.'))} />
      {held.map((item, index) => (
        <div key={index} className="form-group">
          {rowFields(field, index, rowOf(item)).map(draw)}
          <Remove
            label={`Remove ${field.label} ${index + 1}`}
            onRemove={() => form.onChange(field.path, held.toSpliced(index, 1))}
          />
        </div>
      ))}
      <Add
        field={field}
        count={held.length}
        onAdd={() => form.onChange(field.path, [...held, {}])}
      />
    </fieldset>
  );
}

function Remove({
  label,
  onRemove,
}: {
  readonly label: string;
  readonly onRemove: () => void;
}): ReactNode {
  return (
    <Button
      look="plain"
      icon={<Trash2 size={16} aria-hidden />}
      aria-label={label}
      title={label}
      onClick={onRemove}
    />
  );
}

interface AddProps {
  readonly field: FormField;
  readonly count: number;
  readonly onAdd: () => void;
}

function Add({ field, count, onAdd }: AddProps): ReactNode {
  const most = mostOf(field);
  return (
    <div>
      <Button
        size="small"
        icon={<Plus size={14} aria-hidden />}
        not={count < most ? undefined : `At most ${most}`}
        onClick={onAdd}
      >
        Add {field.label.toLowerCase()}
      </Button>
    </div>
  );
}
