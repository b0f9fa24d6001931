import { type Client, type ComponentKind, type PlacementView, PltfError } from '@pltf/contracts';
import { componentName, teamName } from '../../api/names.ts';
import { collect } from '../../api/pages.ts';
import type { Context } from '../../context.ts';
import { teamTable, tokenTable, userTable } from '../../view/people.ts';
import {
  componentTable,
  pathTable,
  previewTable,
  releaseTable,
  runTable,
} from '../../view/tables.ts';

/** How a list may be narrowed. */
export interface ListOptions {
  readonly owner?: string | undefined;
  readonly kind?: string | undefined;
  readonly query?: string | undefined;
  readonly limit?: number | undefined;
}

/** What `list` shows: how to read it, name it and print it. */
export interface Listing {
  readonly rows: readonly unknown[];
  readonly names: readonly string[];
  readonly empty: string;
  readonly print: () => void;
}
export interface Asked {
  readonly client: Client;
  readonly context: Context;
  readonly options: ListOptions;
  readonly name: string | undefined;
}

const now = () => Date.now();

export const listings: Readonly<Record<string, (asked: Asked) => Promise<Listing>>> = {
  async components({ client, context, options }) {
    const { query: q, owner, kind, limit } = options;
    const filter = {
      ...(q === undefined ? {} : { q }),
      ...(owner === undefined ? {} : { owner: teamName(owner) }),
      // The command table admits kinds only.
      ...(kind === undefined ? {} : { kind: kind as ComponentKind }),
    };
    const rows = await collect(
      (page) => client.listComponents({ query: { ...filter, ...page } }),
      limit,
    );
    const filtered = Object.keys(filter).length > 0;
    return {
      rows,
      names: rows.map(({ name }) => name),
      empty: filtered
        ? 'No component matches.'
        : 'No components yet. `pltf create service hello web` creates one.',
      print: () => componentTable(context.out, rows, now()),
    };
  },
  async paths({ client, context }) {
    const rows = await collect(() => client.listGoldenPaths({}));
    return {
      rows,
      names: rows.map(({ id }) => id),
      empty: 'No golden paths.',
      print: () => pathTable(context.out, rows),
    };
  },
  async releases({ client, context, options, name }) {
    const component = wanted(name, 'releases');
    const rows = await collect(
      (query) => client.listReleases({ params: { component }, query }),
      options.limit ?? 50,
    );
    return {
      rows,
      names: rows.map(({ number }) => String(number)),
      empty: `${component} has no release yet; a green run makes one.`,
      print: () => releaseTable(context.out, rows, now()),
    };
  },
  async runs({ client, context, options, name }) {
    const component = wanted(name, 'runs');
    const rows = await collect(
      (query) => client.listRuns({ params: { component }, query }),
      options.limit ?? 50,
    );
    return {
      rows,
      names: rows.map(({ id }) => id),
      empty: `${component} has no run yet; a push begins one.`,
      print: () => runTable(context.out, rows, now()),
    };
  },
  async previews({ client, context, name }) {
    const rows = await previews(client, name);
    return {
      rows,
      names: rows.map(({ id }) => id),
      empty: 'No previews. A push to a branch makes one.',
      print: () => previewTable(context.out, rows, now()),
    };
  },
  async tokens({ client, context, options }) {
    const rows = await collect((query) => client.listTokens({ query }), options.limit);
    return {
      rows,
      names: rows.map(({ id }) => id),
      empty: 'No tokens.',
      print: () => tokenTable(context.out, rows, now()),
    };
  },
  async users({ client, context, options }) {
    const rows = await collect((query) => client.listUsers({ query }), options.limit);
    return {
      rows,
      names: rows.map(({ name }) => name),
      empty: 'No users.',
      print: () => userTable(context.out, rows),
    };
  },
  async teams({ client, context, options }) {
    const rows = await collect((query) => client.listTeams({ query }), options.limit);
    return {
      rows,
      names: rows.map(({ name }) => name),
      empty: 'No teams.',
      print: () => teamTable(context.out, rows),
    };
  },
};

function wanted(name: string | undefined, what: string): string {
  if (name !== undefined) return componentName(name);
  throw new PltfError('usage-invalid', {
    detail: `Whose ${what}?`,
    fix: `Name the component: pltf list ${what} NAME`,
  });
}

/** Previews belong to a branch, end by themselves, or are the standing one of the default branch. */
async function previews(client: Client, name: string | undefined): Promise<PlacementView[]> {
  const names =
    name === undefined
      ? (await collect((query) => client.listComponents({ query }))).map((each) => each.name)
      : [componentName(name)];
  const found: PlacementView[] = [];
  for (const component of names) {
    const { placements } = await client.getComponent({ params: { component } });
    found.push(...placements.filter(isPreview));
  }
  return found;
}

const isPreview = ({ environment, branch, expiresAt }: PlacementView): boolean =>
  environment === 'preview' || branch !== undefined || expiresAt !== undefined;
