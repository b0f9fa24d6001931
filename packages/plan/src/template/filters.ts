import { isPlain } from './safe-members.ts';

export type RepositoryHost = 'azure' | 'bitbucket' | 'gerrit' | 'gitea' | 'github' | 'gitlab';

export interface FilterOptions {
  /** Which kind of git host answers at a host name, for `parseRepoUrl`; the public ones are known. */
  readonly hosts?: Readonly<Record<string, RepositoryHost>>;
  /** A number from 0 up to 1; the same run must draw the same numbers. */
  readonly random: () => number;
}

const publicHosts: Readonly<Record<string, RepositoryHost>> = {
  'bitbucket.org': 'bitbucket',
  'dev.azure.com': 'azure',
  'github.com': 'github',
  'gitlab.com': 'gitlab',
};

type Filter = (this: unknown, ...args: readonly unknown[]) => unknown;

/** The filters that Backstage adds to Nunjucks; `random` is replaced to make rendering repeatable. */
export function backstageFilters(options: FilterOptions): Readonly<Record<string, Filter>> {
  return {
    parseRepoUrl: (url) => parseRepoUrl(url, options.hosts),
    parseEntityRef: (reference, context) => parseEntityRef(reference, context),
    pick: (value, path) => pick(value, path),
    projectSlug: (url) => {
      const { owner, repo } = parseRepoUrl(url, options.hosts);
      return `${owner ?? ''}/${repo ?? ''}`;
    },
    random: (items) =>
      Array.isArray(items) ? items[Math.floor(options.random() * items.length)] : undefined,
  };
}

const repositoryParts = ['owner', 'repo', 'organization', 'workspace', 'project'] as const;

type RepositoryAddress = Readonly<Partial<Record<(typeof repositoryParts)[number], string>>> & {
  readonly host: string;
};

function parseRepoUrl(value: unknown, hosts: FilterOptions['hosts']): RepositoryAddress {
  let url: URL;
  try {
    url = new URL(`https://${String(value)}`);
  } catch (error) {
    throw new Error(
      `parseRepoUrl: ${JSON.stringify(value)} is not like github.com?owner=o&repo=r`,
      { cause: error },
    );
  }
  const parts = Object.fromEntries(
    repositoryParts.flatMap((part) => {
      const text = url.searchParams.get(part)?.replace(/^\/+|\/+$/g, '');
      return text === undefined ? [] : [[part, text]];
    }),
  );
  for (const part of requiredParts(hosts?.[url.host] ?? publicHosts[url.host], parts)) {
    if (!parts[part]) throw new Error(`parseRepoUrl: ${String(value)} has no ${part}`);
  }
  return { host: url.host, ...parts };
}

function requiredParts(
  host: RepositoryHost | undefined,
  parts: Readonly<Record<string, string>>,
): readonly string[] {
  if (host === 'bitbucket' || host === 'azure') return ['project', 'repo'];
  if (host === 'gitea' || host === 'gerrit') return ['repo'];
  // GitLab's project is an id that names owner and repository by itself.
  if (host === 'gitlab' && parts['project']) return [];
  return ['repo', 'owner'];
}

interface EntityReference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

function parseEntityRef(reference: unknown, context: unknown): EntityReference {
  const match = /^(?:([^:/]+):)?(?:([^:/]+)\/)?([^:/]+)$/.exec(String(reference));
  if (match === null) {
    throw new Error(`parseEntityRef: ${JSON.stringify(reference)} is not like kind:namespace/name`);
  }
  const kind = match[1] ?? defaultOf(context, 'defaultKind');
  if (kind === undefined) {
    throw new Error(`parseEntityRef: ${JSON.stringify(reference)} has no kind, such as group:`);
  }
  const namespace = match[2] ?? defaultOf(context, 'defaultNamespace') ?? 'default';
  return { kind, namespace, name: match[3] ?? '' };
}

function defaultOf(context: unknown, key: string): string | undefined {
  const value = isPlain(context) && Object.hasOwn(context, key) ? context[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `a.b[0].c` of a value: own data only. */
function pick(value: unknown, path: unknown): unknown {
  let current = value;
  for (const part of String(path)
    .split(/[.[\]]+/)
    .filter((step) => step !== '')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part))
      return undefined;
    current = (current as Record<string, unknown>)[part];
  }
  return current;
}
