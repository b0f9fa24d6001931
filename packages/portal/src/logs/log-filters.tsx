import { Search } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import type { LogFilter } from './log-lines.ts';

interface LogFiltersProps {
  readonly filter: LogFilter;
  readonly voices: readonly string[];
  readonly origin: string;
  readonly onChange: (filter: LogFilter) => void;
}

/** A handful fits as buttons; more are a list. */
const mostChips = 6;

export function LogFilters({ filter, voices, origin, onChange }: LogFiltersProps): ReactNode {
  const { text, instances, onlyErrors } = filter;
  const toggle = (voice: string): void => {
    const next = new Set(instances);
    if (!next.delete(voice)) next.add(voice);
    onChange({ ...filter, instances: next });
  };
  return (
    <>
      <div className="log-search">
        <Search size={14} aria-hidden />
        <input
          className="input input-small"
          type="search"
          aria-label="Filter lines"
          placeholder="Filter lines"
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          value={text}
          onChange={(event) => onChange({ ...filter, text: event.target.value })}
        />
      </div>
      <Button
        size="small"
        aria-pressed={onlyErrors}
        onClick={() => onChange({ ...filter, onlyErrors: !onlyErrors })}
      >
        Errors only
      </Button>
      {voices.length < 2 ? null : voices.length <= mostChips ? (
        <fieldset className="row row-wrap log-voices">
          <legend className="unseen">Only this {origin}</legend>
          {voices.map((voice, index) => (
            <button
              key={voice}
              type="button"
              className="voice-chip"
              aria-pressed={instances.has(voice)}
              onClick={() => toggle(voice)}
            >
              <span className={`voice-dot voice-${index % 8}`} aria-hidden />
              <span className="cut" title={voice}>
                {voice}
              </span>
            </button>
          ))}
        </fieldset>
      ) : (
        <select
          className="input input-small log-select"
          aria-label={`Only this ${origin}`}
          value={[...instances][0] ?? ''}
          onChange={(event) =>
            onChange({
              ...filter,
              instances: new Set(event.target.value === '' ? [] : [event.target.value]),
            })
          }
        >
          <option value="">Every {origin}</option>
          {voices.map((voice) => (
            <option key={voice}>{voice}</option>
          ))}
        </select>
      )}
    </>
  );
}
