import { CircleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';

interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: true;
  readonly 'aria-required'?: true;
}

interface FieldProps {
  readonly label: string;
  readonly required?: boolean;
  /** Says "optional" beside the label; for forms in which most fields are needed. */
  readonly optional?: boolean;
  readonly help?: ReactNode;
  readonly flaw?: ReactNode;
  readonly children: (control: ControlProps) => ReactNode;
}

/** A label, its control, its help and what is wrong with it, tied together for assistive technology. */
export function Field({
  label,
  required = false,
  optional = false,
  help,
  flaw,
  children,
}: FieldProps): ReactNode {
  const id = useId();
  const hasFlaw = flaw !== undefined && flaw !== null;
  const hasHelp = help !== undefined && help !== null;
  const described = [hasFlaw ? `${id}-flaw` : '', hasHelp ? `${id}-help` : '']
    .filter(Boolean)
    .join(' ');
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
        {optional ? <span className="field-optional">optional</span> : null}
      </label>
      {children({
        id,
        ...(described === '' ? {} : { 'aria-describedby': described }),
        ...(hasFlaw ? { 'aria-invalid': true } : {}),
        ...(required ? { 'aria-required': true } : {}),
      })}
      <div aria-live="polite" className="field-live">
        {hasFlaw ? (
          <p className="field-flaw" id={`${id}-flaw`}>
            <CircleAlert size={14} aria-hidden />
            <span>{flaw}</span>
          </p>
        ) : null}
      </div>
      {hasHelp ? (
        <p className="field-help" id={`${id}-help`}>
          {help}
        </p>
      ) : null}
    </div>
  );
}
