import { createHash } from 'node:crypto';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ComponentKind,
  type CreateComponent,
  type ErrorItem,
  type GoldenPathView,
  PltfError,
} from '@pltf/contracts';
import {
  type FileMap,
  type FolderPort,
  type GoldenPath,
  type JsonObject,
  listGoldenPaths,
  nearest,
  readFolder,
  runTemplate,
  type TemplateRun,
} from '@pltf/plan';
import type { Scaffolded, Scaffolder, ScaffoldFacts } from '../../modules/paths/index.ts';
import type { FileEntry } from '../../modules/repos/index.ts';

export interface FolderScaffolderOptions {
  /** The folder of the golden paths, one folder each with its `template.yaml`. */
  readonly folder: string;
  readonly portalUrl: string;
}

interface Library {
  readonly files: FileMap;
  readonly paths: readonly GoldenPath[];
  /** What is wrong with those that cannot be read; the others stay on offer. */
  readonly problems: readonly ErrorItem[];
}

const executable = 0o111;

/** Golden paths from a folder, read once when first needed, and again as long as something is wrong with one. */
export function folderScaffolder({ folder, portalUrl }: FolderScaffolderOptions): Scaffolder {
  let reading: Promise<Library> | undefined;
  const library = (): Promise<Library> => {
    reading ??= readLibrary(folder).then(
      (read) => {
        if (read.problems.length > 0) reading = undefined;
        return read;
      },
      (error: unknown) => {
        reading = undefined;
        throw error;
      },
    );
    return reading;
  };
  return {
    list: async () => (await library()).paths.map(view),
    scaffold: async (request, facts) => scaffold(await library(), request, facts, portalUrl),
  };
}

async function readLibrary(folder: string): Promise<Library> {
  const files = await readFolder(folderPort(folder));
  const { paths, problems } = listGoldenPaths(files);
  return { files, problems, paths: paths.filter(({ maturity }) => maturity !== 'retired') };
}

const folderPort = (root: string): FolderPort => ({
  list: async (path) => {
    const entries = await readdir(join(root, path), { withFileTypes: true });
    return Promise.all(
      entries.map(async (entry) => {
        if (entry.isDirectory()) return { name: entry.name, kind: 'folder' as const };
        if (entry.isSymbolicLink()) return { name: entry.name, kind: 'link' as const };
        const { mode } = await stat(join(root, path, entry.name));
        return { name: entry.name, kind: 'file' as const, mode };
      }),
    );
  },
  read: (path) => readFile(join(root, path)),
  readLink: (path) => readlink(join(root, path)),
});

function view(path: GoldenPath): GoldenPathView {
  return {
    id: path.id,
    title: path.title,
    description: path.description,
    kind: ComponentKind.catch('service').parse(path.kind),
    version: path.version,
    maturity: path.maturity === 'supported' ? 'supported' : 'experimental',
    support: path.support,
    owner: path.owner,
    parameters: path.parameters.map((page) => ({ ...page })),
  };
}

/** The golden path asked for, `node-service` or `node-service@1`, or the kind's first supported one. */
function choose({ paths, problems }: Library, request: CreateComponent): GoldenPath {
  if (request.path === undefined) {
    const ofKind = paths.filter(({ kind }) => kind === request.kind);
    const found = ofKind.find(({ maturity }) => maturity === 'supported') ?? ofKind[0];
    if (found !== undefined) return found;
    throw unknownPath(`there is no golden path for a ${request.kind}`, paths);
  }
  const [id = '', version] = request.path.split('@');
  const found = paths.find((path) => path.id === id);
  const own = problems.filter(({ where }) => where.startsWith(`${found?.folder ?? id}/`));
  if (own.length > 0) throw unreadable(id, own);
  if (found === undefined)
    throw unknownPath(
      `there is no golden path ${id}`,
      paths,
      nearest(
        id,
        paths.map((path) => path.id),
      ),
    );
  const matches =
    version === undefined || found.version === version || found.version.startsWith(`${version}.`);
  if (!matches) throw unknownPath(`${id} is at version ${found.version}, not ${version}`, paths);
  return found;
}

const unknownPath = (detail: string, paths: readonly GoldenPath[], meant?: string): PltfError =>
  new PltfError('golden-path-unknown', {
    detail,
    fix:
      meant === undefined
        ? `There are: ${paths.map(({ id }) => id).join(', ')}.`
        : `Did you mean ${meant}?`,
    errors: [{ where: 'path', message: detail }],
  });

const unreadable = (id: string, errors: readonly ErrorItem[]): PltfError =>
  new PltfError('template-invalid', {
    detail: `the golden path ${id} cannot be read: ${errors.map(({ where, message }) => `${where} ${message}`).join('; ')}`,
    fix: 'The platform team mends it at the places named; the other golden paths can be used.',
    errors,
  });

async function scaffold(
  library: Library,
  request: CreateComponent,
  facts: ScaffoldFacts,
  portalUrl: string,
): Promise<Scaffolded> {
  const path = choose(library, request);
  const result = await runTemplate({
    template: path.template,
    files: library.files,
    folder: path.folder,
    parameters: parametersOf(path, request, facts),
    // The same request gives the same files: a creation that resumes makes what it began.
    taskId: createHash('sha256')
      .update(JSON.stringify([request, facts]))
      .digest('hex')
      .slice(0, 32),
    now: () => performance.now(),
    user: { ref: `user:default/${facts.user}` },
    actions: publishing(request.name, portalUrl),
  });
  const files = new Map<string, FileEntry>();
  for (const [name, file] of result.workspace) {
    if (file.link === true)
      throw new PltfError('template-invalid', {
        detail: `${path.id} makes a symbolic link: ${name}`,
      });
    files.set(name, { bytes: file.bytes, executable: (file.mode & executable) !== 0 });
  }
  return { path: view(path), files };
}

/**
 * The creation that asked for the files publishes and registers them itself, with an inverse for each step; the
 * template learns where they will be.
 */
function publishing(name: string, portalUrl: string): NonNullable<TemplateRun['actions']> {
  const remoteUrl = `${portalUrl}/git/${name}.git`;
  return {
    'publish:pltf': {
      supportsDryRun: true,
      run: () => ({ remoteUrl, repoContentsUrl: remoteUrl }),
    },
    'catalog:register': {
      supportsDryRun: true,
      run: () => ({ entityRef: `component:default/${name}` }),
    },
  };
}

/** What the platform knows goes into the fields that the template has; what was typed wins. */
function parametersOf(
  path: GoldenPath,
  request: CreateComponent,
  facts: ScaffoldFacts,
): JsonObject {
  const known: JsonObject = {
    name: request.name,
    owner: facts.owner,
    ci: request.ci,
    organisation: facts.organisation,
    ...(request.description === undefined ? {} : { description: request.description }),
  };
  const fields = new Set(path.fields.map(({ name }) => name));
  const fitting = Object.fromEntries(Object.entries(known).filter(([name]) => fields.has(name)));
  // The name is the platform's to give: a parameter of the same name cannot make another repository's files.
  return {
    ...fitting,
    ...(request.parameters as JsonObject),
    ...(fields.has('name') ? { name: request.name } : {}),
  };
}
