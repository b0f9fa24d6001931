import type { ReactNode } from 'react';
import { count } from '../format/count.ts';

interface SegmentsProps<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, title: string, times?: number | undefined])[];
  readonly onChange: (value: T) => void;
}

/** One of a few, each with how many there are of it. */
export function Segments<T extends string>({
  legend,
  value,
  options,
  onChange,
}: SegmentsProps<T>): ReactNode {
  return (
    <fieldset className="segments">
      <legend className="unseen">{legend}</legend>
      {options.map(([option, title, times]) => (
        <button
          key={option}
          type="button"
          className="segment"
          aria-pressed={option === value}
          onClick={() => onChange(option)}
        >
          {title}
          {times === undefined ? null : <span className="segment-times">{count(times)}</span>}
        </button>
      ))}
    </fieldset>
  );
}
