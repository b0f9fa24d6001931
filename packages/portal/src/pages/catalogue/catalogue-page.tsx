import type { ComponentSummary } from '@pltf/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus, SearchX } from 'lucide-react';
import { type ReactNode, useDeferredValue, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { componentsQuery } from '../../api/queries.ts';
import { plural } from '../../format/count.ts';
import { environmentOrder } from '../../format/environments.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { More } from '../../parts/more.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { mayCreate } from '../../session/rights.ts';
import { useMe } from '../../session/session.tsx';
import { useKey } from '../../shell/shortcuts.ts';
import { CatalogueList, CatalogueSkeleton } from './catalogue-list.tsx';
import { Filters, SearchField } from './filters.tsx';
import { FirstService } from './first-service.tsx';
import { found, isFiltered, noFilter } from './match.ts';
import { useRowKeys } from './row-keys.ts';
import { useBeyond, useCatalogueFilter } from './use-catalogue.ts';

export function CataloguePage(): ReactNode {
  const list = useInfiniteQuery(componentsQuery(useClient()));
  const create = mayCreate(useMe());
  const [, go] = useLocation();
  useKey('c', () => (create.allowed ? go('/create') : undefined));
  return (
    <Page
      title="Services"
      actions={
        create.allowed ? (
          <Link href="/create" className="button button-primary">
            <Plus size={16} aria-hidden /> Create
          </Link>
        ) : (
          <Button look="primary" icon={<Plus size={16} aria-hidden />} not={create.reason}>
            Create
          </Button>
        )
      }
    >
      {list.data === undefined ? (
        list.error === null ? (
          <CatalogueSkeleton />
        ) : (
          <ProblemNotice
            error={list.error}
            onRetry={() => void list.refetch()}
            retrying={list.isFetching}
          />
        )
      ) : list.data.pages[0]?.items.length === 0 ? (
        <FirstService />
      ) : (
        <Catalogue loaded={list.data.pages.flatMap(({ items }) => items)} query={list} />
      )}
    </Page>
  );
}

interface CatalogueProps {
  readonly loaded: readonly ComponentSummary[];
  readonly query: Parameters<typeof More>[0]['query'];
}

function Catalogue({ loaded, query }: CatalogueProps): ReactNode {
  const { filter, setFilter, keep } = useCatalogueFilter();
  const search = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const [, go] = useLocation();
  const beyond = useBeyond(loaded, filter, query.hasNextPage);
  // Typing goes first; the rows follow within the same breath.
  const text = useDeferredValue(filter.text);
  const rows = found(beyond.components, { ...filter, text });
  const columns = environmentOrder(
    loaded.flatMap(({ placements }) => placements.map(({ environment }) => environment)),
  );
  useKey('/', () => search.current?.select());
  useRowKeys(area, search, keep);
  return (
    <div ref={area} className="stack">
      <SearchField
        ref={search}
        value={filter.text}
        onChange={(text) => setFilter({ ...filter, text })}
        onEnter={() => {
          // What is shown may be of the letter before.
          const [best] = found(beyond.components, filter);
          if (best === undefined) return;
          keep();
          go(`/components/${best.name}`);
        }}
      />
      <Filters components={beyond.components} filter={filter} onChange={setFilter} />
      <p className="unseen" role="status">
        {beyond.searching ? 'Searching…' : `${plural(rows.length, 'service')} found`}
      </p>
      {rows.length === 0 ? (
        <NoMatch
          text={filter.text}
          searching={beyond.searching}
          onClear={() => setFilter(noFilter)}
        />
      ) : (
        <CatalogueList rows={rows} columns={columns} search={text} />
      )}
      {beyond.error === null ? null : <ProblemNotice error={beyond.error} />}
      {isFiltered(filter) ? null : <More query={query} />}
    </div>
  );
}

interface NoMatchProps {
  readonly text: string;
  readonly searching: boolean;
  readonly onClear: () => void;
}

function NoMatch({ text, searching, onClear }: NoMatchProps): ReactNode {
  if (searching) return <CatalogueSkeleton />;
  const asked = text.trim();
  return (
    <div className="panel">
      <Empty
        icon={SearchX}
        title={asked === '' ? 'Nothing passes these filters' : `Nothing matches “${asked}”`}
        text="Names, owners, kinds and descriptions are searched. Perhaps another filter hides it."
      >
        <Button onClick={onClear}>Show all services</Button>
      </Empty>
    </div>
  );
}
