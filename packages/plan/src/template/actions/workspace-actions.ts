import { PltfError } from '@pltf/contracts';
import { stringify } from 'yaml';
import { parentOf, textFile } from '../file-map.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Workspace } from '../workspace.ts';
import type { WorkspaceAction } from './action.ts';
import { pathMatcher } from './file-patterns.ts';

const longestWaitMs = 30_000;
const text = { type: 'string' };

interface Rename {
  readonly from: string;
  readonly to: string;
  readonly overwrite?: boolean;
}

function rename(workspace: Workspace, { from, to, overwrite = false }: Rename): void {
  const source = workspace.resolve('', from);
  const target = workspace.resolve('', to);
  const moved = workspace.below(source);
  if (moved.length === 0) throw failed(`${from} does not exist`);
  if (`${target}/`.startsWith(`${source}/`)) throw failed(`${to} lies within ${from}`);
  if (workspace.exists(target) && !overwrite)
    throw failed(`${to} exists already`, 'Set `overwrite: true`.');
  const files = moved.map((path) => ({
    place: `${target}${path.slice(source.length)}`,
    file: workspace.get(path),
  }));
  workspace.remove(target);
  workspace.remove(source);
  for (const { place, file } of files) {
    if (file !== undefined) workspace.write(place, file);
  }
}

const failed = (detail: string, fix?: string): PltfError =>
  new PltfError('template-invalid', { detail, ...(fix === undefined ? {} : { fix }) });

function deleteMatching(workspace: Workspace, pattern: string): void {
  const path = workspace.resolve('', pattern);
  if (workspace.exists(path)) {
    workspace.remove(path);
    return;
  }
  const matches = pathMatcher([path]);
  for (const file of [...workspace.files.keys()].filter(matches)) workspace.remove(file);
}

function readFolder(workspace: Workspace, folder: string, recursive: boolean) {
  const path = workspace.resolve('', folder);
  if (!workspace.isFolder(path)) throw failed(`${folder} is no folder`);
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const file of workspace.below(path)) {
    if (recursive || parentOf(file) === path) files.add(file);
    for (let above = parentOf(file); above !== path && above !== ''; above = parentOf(above)) {
      if (recursive || parentOf(above) === path) folders.add(above);
    }
  }
  return { files: [...files].sort().map(entry), folders: [...folders].sort().map(entry) };
}

const entry = (path: string): JsonObject => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  path,
  fullPath: path,
});

/** The entity to write, with the template it came from noted as Backstage does. */
function withSource(entity: JsonObject, templateRef: string | undefined): JsonObject {
  if (templateRef === undefined) return entity;
  const metadata = isJsonObject(entity['metadata']) ? entity['metadata'] : {};
  const annotations = isJsonObject(metadata['annotations']) ? metadata['annotations'] : {};
  return {
    ...entity,
    metadata: {
      ...metadata,
      annotations: { ...annotations, 'backstage.io/source-template': templateRef },
    },
  };
}

const duration = (input: JsonObject): number =>
  Number(input['minutes'] ?? 0) * 60_000 +
  Number(input['seconds'] ?? 0) * 1_000 +
  Number(input['milliseconds'] ?? 0);

/** The actions that work on what is in the workspace already, and those for trying templates out. */
export const workspaceActions: Readonly<Record<string, WorkspaceAction>> = {
  'fs:delete': {
    inputSchema: {
      type: 'object',
      required: ['files'],
      properties: { files: { type: 'array', items: text } },
    },
    run: ({ input, workspace }) => {
      for (const file of input['files'] as readonly string[]) deleteMatching(workspace, file);
    },
  },
  'fs:rename': {
    inputSchema: {
      type: 'object',
      required: ['files'],
      properties: {
        files: {
          type: 'array',
          items: {
            type: 'object',
            required: ['from', 'to'],
            properties: { from: text, to: text, overwrite: { type: 'boolean' } },
          },
        },
      },
    },
    run: ({ input, workspace }) => {
      for (const file of input['files'] as unknown as readonly Rename[]) rename(workspace, file);
    },
  },
  'fs:readdir': {
    inputSchema: {
      type: 'object',
      required: ['paths'],
      properties: {
        paths: { type: 'array', items: { type: 'string', minLength: 1 } },
        recursive: { type: 'boolean' },
      },
    },
    run: ({ input, workspace, output }) => {
      const found = (input['paths'] as readonly string[]).map((path) =>
        readFolder(workspace, path, input['recursive'] === true),
      );
      output(
        'files',
        found.flatMap(({ files }) => files),
      );
      output(
        'folders',
        found.flatMap(({ folders }) => folders),
      );
    },
  },
  'catalog:write': {
    inputSchema: {
      type: 'object',
      required: ['entity'],
      properties: { filePath: text, entity: { type: 'object' } },
    },
    run: ({ input, workspace, templateRef }) => {
      const path = typeof input['filePath'] === 'string' ? input['filePath'] : 'catalog-info.yaml';
      const entity = withSource(input['entity'] as JsonObject, templateRef);
      workspace.write(workspace.resolve('', path), textFile(stringify(entity)));
    },
  },
  'debug:log': {
    inputSchema: {
      type: 'object',
      properties: { message: text, listWorkspace: { type: 'boolean' } },
    },
    run: ({ input, workspace, log }) => {
      log(JSON.stringify(input, null, 2));
      if (input['listWorkspace'])
        log(['Workspace:', ...[...workspace.files.keys()].map((path) => `  - ${path}`)].join('\n'));
    },
  },
  'debug:wait': {
    inputSchema: {
      type: 'object',
      properties: {
        minutes: { type: 'number' },
        seconds: { type: 'number' },
        milliseconds: { type: 'number' },
      },
    },
    run: async ({ input, wait }) => {
      const milliseconds = duration(input);
      if (milliseconds > longestWaitMs)
        throw failed(`a wait of ${milliseconds} ms is longer than ${longestWaitMs} ms`);
      await wait(milliseconds);
    },
  },
};
