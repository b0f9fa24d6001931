import type { ReactNode } from 'react';
import { Field } from '../../../parts/field.tsx';
import { asNumber, asText, type FormState } from './form-state.ts';
import { number, text } from './json-schema.ts';
import { CheckList, RowList, TextList } from './list-fields.tsx';
import type { FormField } from './schema-fields.ts';
import { valueAt } from './schema-values.ts';

interface FieldViewProps {
  readonly field: FormField;
  readonly form: FormState;
}

/** Draws one field of a template's form, and the fields inside it. */
export function FieldView({ field, form }: FieldViewProps): ReactNode {
  const { path, label, help, required, control } = field;
  const value = valueAt(form.values, path);
  const flaw = form.flaws.get(path.join('.'));
  if (control === 'group') {
    return (
      <fieldset className="form-group">
        <legend className="field-label">{label}</legend>
        {help === undefined ? null : <p className="field-help">{help}</p>}
        {field.fields.map((inside) => (
          <FieldView key={inside.path.join('.')} field={inside} form={form} />
        ))}
      </fieldset>
    );
  }
  if (control === 'checks')
    return <CheckList field={field} value={value} flaw={flaw} form={form} />;
  if (control === 'list') return <TextList field={field} value={value} flaw={flaw} form={form} />;
  if (control === 'rows')
    return (
      <RowList
        field={field}
        value={value}
        form={form}
        draw={(inside) => <FieldView key={inside.path.join('.')} field={inside} form={form} />}
      />
    );
  if (control === 'toggle') return <Toggle field={field} value={value} form={form} flaw={flaw} />;
  if (control === 'radio') return <Radios field={field} value={value} form={form} flaw={flaw} />;
  return (
    <Field label={label} required={required} optional={!required} help={help} flaw={flaw}>
      {(props) => <Simple {...props} field={field} value={value} form={form} />}
    </Field>
  );
}

interface ValueProps extends FieldViewProps {
  readonly value: unknown;
}

function Simple({
  field,
  value,
  form,
  ...props
}: ValueProps & Readonly<Record<string, unknown>>): ReactNode {
  const { path, control, choices, placeholder, readOnly, schema, autofocus } = field;
  const shared = {
    ...props,
    readOnly,
    placeholder,
    autoFocus: autofocus,
    onBlur: () => form.onLeave(path),
  };
  const shown = asText(value);
  if (control === 'select') {
    const at = choices.findIndex(
      (choice) => JSON.stringify(choice.value) === JSON.stringify(value),
    );
    return (
      <select
        {...props}
        className="input"
        disabled={readOnly}
        value={at}
        onBlur={shared.onBlur}
        onChange={(event) => form.onChange(path, choices[Number(event.target.value)]?.value)}
      >
        {at < 0 || !field.required ? (
          <option value={-1}>{placeholder ?? (field.required ? 'Choose…' : 'None')}</option>
        ) : null}
        {choices.map(({ label }, index) => (
          <option key={label} value={index}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  const maxLength = number(schema, 'maxLength') ?? 10_000;
  if (control === 'textarea') {
    return (
      <textarea
        {...shared}
        className="input"
        maxLength={maxLength}
        value={shown}
        onChange={(event) => form.onChange(path, event.target.value)}
      />
    );
  }
  if (control === 'number') {
    return (
      <input
        {...shared}
        className="input"
        inputMode={text(schema, 'type') === 'integer' ? 'numeric' : 'decimal'}
        value={shown}
        onChange={(event) => form.onChange(path, asNumber(event.target.value))}
      />
    );
  }
  return (
    <input
      {...shared}
      className="input"
      type={control === 'password' ? 'password' : 'text'}
      autoComplete="off"
      spellCheck={false}
      maxLength={maxLength}
      value={shown}
      onChange={(event) => form.onChange(path, event.target.value)}
    />
  );
}

interface FlawProps extends ValueProps {
  readonly flaw: string | undefined;
}

function Toggle({ field, value, form, flaw }: FlawProps): ReactNode {
  const { path, label, help, readOnly } = field;
  return (
    <div className="field">
      <label className="check">
        <input
          type="checkbox"
          checked={value === true}
          disabled={readOnly}
          onChange={(event) => form.onChange(path, event.target.checked)}
        />
        <span>
          <span className="field-label">{label}</span>
          {help === undefined ? null : <span className="field-help check-help">{help}</span>}
        </span>
      </label>
      {flaw === undefined ? null : <p className="field-flaw">{flaw}</p>}
    </div>
  );
}

function Radios({ field, value, form, flaw }: FlawProps): ReactNode {
  const { path, label, help, choices, readOnly } = field;
  return (
    <fieldset className="field">
      <legend className="field-label">{label}</legend>
      <div className="stack-tight">
        {choices.map((choice) => (
          <label className="check" key={choice.label}>
            <input
              type="radio"
              name={path.join('.')}
              disabled={readOnly}
              checked={JSON.stringify(choice.value) === JSON.stringify(value)}
              onChange={() => form.onChange(path, choice.value)}
            />
            {choice.label}
          </label>
        ))}
      </div>
      {flaw === undefined ? null : <p className="field-flaw">{flaw}</p>}
      {help === undefined ? null : <p className="field-help">{help}</p>}
    </fieldset>
  );
}
