import type { GoldenPathFacts, GoldenPathView, ThinFile } from '@pltf/contracts';
import { PltfError } from '@pltf/contracts';
import { parseThinFile, startFiles } from '@pltf/plan';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { FileEntry } from '../repos/index.ts';
import type { Scaffolder } from './scaffold.ts';

/** The golden paths as plans, guardrails and saved facts need them. */
export interface GoldenPathsSource {
  goldenPaths(): Promise<readonly GoldenPathFacts[]>;
}

/** Stands in for the name: what a path writes hangs on it only in texts that no plan reads. */
const anyName = 'my-service';

type Rendered = Pick<GoldenPathFacts, 'defaults' | 'files' | 'root'>;

/**
 * What each golden path brings, rendered once with its parameters' defaults; maturity, support and end of support as
 * the platform file says now.
 */
export function goldenPathsSource(
  scaffolder: Scaffolder,
  platform: Pick<PlatformSource, 'current'>,
): GoldenPathsSource {
  const rendered = new Map<string, Promise<Rendered>>();
  const once = (path: GoldenPathView): Promise<Rendered> => {
    const key = `${path.id}@${path.version}`;
    const made = rendered.get(key) ?? render(scaffolder, path);
    rendered.set(key, made);
    return made;
  };
  return {
    goldenPaths: async () => {
      const rules = platform.current().goldenPaths;
      const paths = await scaffolder.list();
      return Promise.all(
        paths.map(async (path): Promise<GoldenPathFacts> => {
          const rule = Object.hasOwn(rules, path.id) ? rules[path.id] : undefined;
          return {
            id: path.id,
            version: path.version,
            kind: path.kind,
            maturity: rule?.maturity ?? path.maturity,
            support: rule?.support ?? path.support,
            owner: rule?.owner ?? path.owner,
            ...(rule?.endOfSupport === undefined ? {} : { endOfSupport: rule.endOfSupport }),
            ...(await once(path)),
          };
        }),
      );
    },
  };
}

async function render(scaffolder: Scaffolder, path: GoldenPathView): Promise<Rendered> {
  const request = {
    ...{ kind: path.kind, name: anyName, path: path.id },
    ...{ ci: 'github' as const, parameters: {} },
  };
  const facts = { owner: 'everyone', user: 'platform', organisation: 'Your organisation' };
  try {
    const { files } = await scaffolder.scaffold(request, facts);
    return {
      files: [...files.keys()].toSorted(),
      root: rootFacts(files),
      ...defaultsIn(files.get('pltf.yaml')),
    };
  } catch (error) {
    // One that cannot do without parameters says so when it is used.
    if (error instanceof PltfError) return {};
    throw error;
  }
}

const textOf = ({ bytes }: FileEntry): string => Buffer.from(bytes).toString('utf8');

/** Names at the root, and the texts that say how a program is started. */
export function rootFacts(files: ReadonlyMap<string, FileEntry>): NonNullable<Rendered['root']> {
  const names = new Set([...files.keys()].map((path) => path.replace(/\/.*$/s, '/')));
  const texts = startFiles.flatMap((name) => {
    const file = files.get(name);
    return file === undefined ? [] : [[name, textOf(file)] as const];
  });
  return { names: [...names], texts: Object.fromEntries(texts) };
}

function defaultsIn(file: FileEntry | undefined): Pick<Rendered, 'defaults'> {
  const parsed = file === undefined ? undefined : parseThinFile(textOf(file));
  if (parsed?.ok !== true) return {};
  const { kind: _, name: __, description: ___, owner: ____, path: _____, ...said } = parsed.file;
  return { defaults: withoutPlaces(said) };
}

/** Where and when it runs and what it may cost is for each component to say: a job whose file has no schedule has none. */
function withoutPlaces({
  env: _,
  budget: __,
  schedule: ___,
  ...defaults
}: Omit<ThinFile, 'kind' | 'name' | 'description' | 'owner' | 'path'>): NonNullable<
  Rendered['defaults']
> {
  return defaults;
}
