import type { CreateComponent } from '@pltf/contracts';
import type { FileEntry } from '../repos/index.ts';
import type { Scaffolder, ScaffoldFacts } from './scaffold.ts';

export interface FirstFiles {
  readonly files: ReadonlyMap<string, FileEntry>;
  /** For people: the golden path and its version, or the thin file alone. */
  readonly source: string;
  /** `node-service@1.0.0`; undefined without one. */
  readonly path: string | undefined;
}

/**
 * What a repository begins with: the golden path's files, with the thin file that was applied in the place of its own.
 * A kind without a golden path begins with its thin file.
 */
export async function firstFiles(
  scaffolder: Scaffolder,
  {
    create,
    thinFile,
  }: { readonly create: CreateComponent; readonly thinFile?: string | undefined },
  facts: ScaffoldFacts,
): Promise<FirstFiles> {
  const own = thinFile === undefined ? [] : [['pltf.yaml', entry(thinFile)] as const];
  if (thinFile !== undefined && create.path === undefined && !(await hasPath(scaffolder, create))) {
    return { files: new Map(own), source: 'its thin file', path: undefined };
  }
  const { files, path } = await scaffolder.scaffold(create, facts);
  return {
    files: new Map([...files, ...own]),
    source: `${path.id} ${path.version}`,
    path: `${path.id}@${path.version}`,
  };
}

const hasPath = async (scaffolder: Scaffolder, { kind }: CreateComponent): Promise<boolean> =>
  (await scaffolder.list()).some((path) => path.kind === kind);

const entry = (text: string): FileEntry => ({ bytes: Buffer.from(text), executable: false });
