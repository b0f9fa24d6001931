import { ComponentKind, type ComponentSummary } from '@pltf/contracts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useSearchParams } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { componentsQuery } from '../../api/queries.ts';
import { asWellness, wellnessWords } from '../../format/wellness.ts';
import { type CatalogueFilter, merged } from './match.ts';

const typingMs = 200;

function filterFrom(params: URLSearchParams): CatalogueFilter {
  const wellness = params.get('wellness');
  return {
    text: params.get('q') ?? '',
    kind: ComponentKind.safeParse(params.get('kind')).data,
    owner: params.get('owner') ?? undefined,
    wellness: wellness !== null && wellness in wellnessWords ? asWellness(wellness) : undefined,
  };
}

interface FilterState {
  readonly filter: CatalogueFilter;
  readonly setFilter: (filter: CatalogueFilter) => void;
  /** Writes it into the address now: before one leaves, so that going back finds it. */
  readonly keep: () => void;
}

/** The filter; kept in the address, so that it can be shared and is there after going back. */
export function useCatalogueFilter(): FilterState {
  const [params, setParams] = useSearchParams();
  const [filter, setFilter] = useState(() => filterFrom(params));
  const address = new URLSearchParams(
    Object.entries({
      q: filter.text.trim(),
      kind: filter.kind,
      owner: filter.owner,
      wellness: filter.wellness,
    }).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  ).toString();
  const keep = useCallback(() => {
    const shown = new URLSearchParams(window.location.search).toString();
    if (shown !== address) setParams(new URLSearchParams(address), { replace: true });
  }, [address, setParams]);
  useEffect(() => {
    // Browsers limit how often an address changes; a typing person would reach that.
    const timer = setTimeout(keep, typingMs);
    return () => clearTimeout(timer);
  }, [keep]);
  return { filter, setFilter, keep };
}

/** A value that follows another when that has rested for a moment. */
export function useRested<T>(value: T, restMs: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMs);
    return () => clearTimeout(timer);
  }, [value, restMs]);
  return rested;
}

interface Beyond {
  readonly components: readonly ComponentSummary[];
  readonly searching: boolean;
  readonly error: Error | null;
}

/** What is loaded, and what the server finds beyond it while there is more than is loaded. */
export function useBeyond(
  loaded: readonly ComponentSummary[],
  filter: CatalogueFilter,
  more: boolean,
): Beyond {
  const client = useClient();
  const q = useRested(filter.text.trim(), typingMs);
  const asked = {
    ...(q === '' ? {} : { q }),
    ...(filter.kind === undefined ? {} : { kind: filter.kind }),
    ...(filter.owner === undefined ? {} : { owner: filter.owner }),
  };
  const query = useInfiniteQuery({
    ...componentsQuery(client, asked),
    enabled: more && Object.keys(asked).length > 0,
    placeholderData: keepPreviousData,
  });
  const answered = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const waiting = more && filter.text.trim() !== q;
  return {
    components: merged(loaded, answered),
    searching: query.isFetching || waiting,
    error: query.error,
  };
}
