import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type FileMap,
  type FolderPort,
  type GoldenPath,
  type JsonObject,
  listGoldenPaths,
  parseTemplate,
  readFolder,
  runTemplate,
  type SideEffect,
  type TemplateResult,
  textOfFile,
  validateParameters,
} from '@pltf/plan';
import { stringify } from 'yaml';

/** How the tests of golden paths render them: from this folder, with the publishing actions of a platform. */

const folderPort = (root: string): FolderPort => ({
  list: async (path) => {
    const entries = await readdir(join(root, path), { withFileTypes: true });
    return Promise.all(
      entries.map(async (entry) => ({
        name: entry.name,
        kind: entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'file',
        mode: (await stat(join(root, path, entry.name))).mode,
      })),
    );
  },
  read: (path) => readFile(join(root, path)),
  readLink: (path) => readlink(join(root, path)),
});

export const readGoldenPaths = (): Promise<FileMap> => readFolder(folderPort(import.meta.dirname));

export function goldenPathNamed(files: FileMap, id: string): GoldenPath {
  const found = listGoldenPaths(files).paths.find((path) => path.id === id);
  if (found === undefined) throw new Error(`there is no golden path ${id}`);
  return found;
}

const published: SideEffect = {
  supportsDryRun: true,
  run: ({ input }) => {
    const remoteUrl = `http://localhost:7070/git/${JSON.stringify(input['name']).slice(1, -1)}.git`;
    return { remoteUrl, repoContentsUrl: remoteUrl };
  },
};
const registered: SideEffect = {
  supportsDryRun: true,
  run: () => ({ entityRef: 'component:default/users-api' }),
};

export async function render(
  id: string,
  parameters: JsonObject = { name: 'users-api' },
): Promise<TemplateResult> {
  const files = await readGoldenPaths();
  const { template, folder } = goldenPathNamed(files, id);
  return runTemplate({
    template,
    files,
    folder,
    parameters,
    taskId: 'test',
    now: () => performance.now(),
    actions: { 'publish:pltf': published, 'catalog:register': registered },
  });
}

/** The text of a rendered file; throws when it is missing. */
export function textIn({ workspace }: TemplateResult, path: string): string {
  const file = workspace.get(path);
  const text = file === undefined ? undefined : textOfFile(file);
  if (text === undefined) throw new Error(`${path} is not in ${[...workspace.keys()].join(', ')}`);
  return text;
}

/** Writes what was rendered into a fresh folder of its own. */
export async function writeRendered(
  result: TemplateResult,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'pltf-golden-path-'));
  for (const [name, file] of result.workspace) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), file.bytes, { mode: file.mode });
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The renderer's own validator checks the chart's schema too: both are JSON schema draft 7. */
export function checkValues(schema: JsonObject, values: JsonObject): void {
  const template = parseTemplate(
    stringify({
      apiVersion: 'scaffolder.backstage.io/v1beta3',
      kind: 'Template',
      metadata: { name: 'chart' },
      spec: { type: 'x', parameters: schema, steps: [] },
    }),
  );
  validateParameters(template, values);
}
