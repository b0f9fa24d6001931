import { ComponentKind, type ComponentSummary, Wellness } from '@pltf/contracts';
import { Search, X } from 'lucide-react';
import { type ReactNode, type RefObject, useId } from 'react';
import { wellnessWords } from '../../format/wellness.ts';
import { Button } from '../../parts/button.tsx';
import { kindWords } from '../../parts/kind.tsx';
import { WellnessMark } from '../../parts/wellness-mark.tsx';
import { type CatalogueFilter, isFiltered, noFilter } from './match.ts';

interface SearchFieldProps {
  readonly ref: RefObject<HTMLInputElement | null>;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly onEnter: () => void;
}

export function SearchField({ ref, value, onChange, onEnter }: SearchFieldProps): ReactNode {
  return (
    <div className="search">
      <Search size={16} aria-hidden />
      <input
        ref={ref}
        type="search"
        className="input"
        aria-label="Find a service"
        aria-keyshortcuts="/"
        placeholder="Find by name, owner or what it does"
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onEnter();
          if (event.key === 'Escape') onChange('');
        }}
      />
      {value === '' ? (
        <kbd aria-hidden>/</kbd>
      ) : (
        <Button
          look="plain"
          size="small"
          icon={<X size={14} aria-hidden />}
          aria-label="Clear the search"
          onClick={() => onChange('')}
        />
      )}
    </div>
  );
}

interface FiltersProps {
  readonly components: readonly ComponentSummary[];
  readonly filter: CatalogueFilter;
  readonly onChange: (filter: CatalogueFilter) => void;
}

export function Filters({ components, filter, onChange }: FiltersProps): ReactNode {
  const id = useId();
  const owners = [...new Set(components.map(({ owner }) => owner))].toSorted((one, other) =>
    one.localeCompare(other, 'en'),
  );
  const counted = Wellness.options
    .map((wellness) => ({
      wellness,
      times: components.filter((component) => component.wellness === wellness).length,
    }))
    .filter(({ wellness, times }) => times > 0 || filter.wellness === wellness);
  return (
    <div className="filters">
      <fieldset className="segments">
        <legend className="unseen">Kind</legend>
        {[undefined, ...ComponentKind.options].map((kind) => (
          <button
            key={kind ?? 'all'}
            type="button"
            className="segment"
            aria-pressed={filter.kind === kind}
            onClick={() => onChange({ ...filter, kind })}
          >
            {kind === undefined ? 'All' : `${kindWords[kind]}s`}
          </button>
        ))}
      </fieldset>
      <label className="unseen" htmlFor={id}>
        Owner
      </label>
      <select
        id={id}
        className="input input-small filter-owner"
        value={filter.owner ?? ''}
        onChange={(event) =>
          onChange({ ...filter, owner: event.target.value === '' ? undefined : event.target.value })
        }
      >
        <option value="">All owners</option>
        {owners.map((owner) => (
          <option key={owner}>{owner}</option>
        ))}
      </select>
      <fieldset className="row row-wrap filter-wellness">
        <legend className="unseen">Wellness</legend>
        {counted.map(({ wellness, times }) => (
          <button
            key={wellness}
            type="button"
            className="wellness-filter"
            aria-pressed={filter.wellness === wellness}
            onClick={() =>
              onChange({ ...filter, wellness: filter.wellness === wellness ? undefined : wellness })
            }
          >
            <WellnessMark wellness={wellness} silent />
            {wellnessWords[wellness]} <span className="strong">{times}</span>
          </button>
        ))}
      </fieldset>
      {isFiltered({ ...filter, text: '' }) ? (
        <Button
          look="plain"
          size="small"
          onClick={() => onChange({ ...noFilter, text: filter.text })}
        >
          Clear filters
        </Button>
      ) : null}
    </div>
  );
}
