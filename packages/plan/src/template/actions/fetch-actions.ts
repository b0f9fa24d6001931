import { PltfError } from '@pltf/contracts';
import { type FileMap, filesBelow, type TemplateFile } from '../file-map.ts';
import type { JsonObject } from '../json.ts';
import type { Workspace } from '../workspace.ts';
import type { WorkspaceAction, WorkspaceContext } from './action.ts';
import { renderFile, renderTree } from './render-tree.ts';
import { templateFileSchema, templateOptions, templateTreeSchema } from './template-options.ts';

const text = { type: 'string' };
const object = (properties: JsonObject, ...required: readonly string[]): JsonObject => ({
  type: 'object',
  required,
  properties,
});

const textInput = (input: JsonObject, key: string, otherwise = ''): string => {
  const value = input[key];
  return typeof value === 'string' ? value : otherwise;
};

const targetFolder = ({ workspace, input }: WorkspaceContext): string =>
  workspace.resolve('', textInput(input, 'targetPath', './'));

function targetFile({ workspace, input }: WorkspaceContext): string {
  const path = workspace.resolve('', textInput(input, 'targetPath'));
  if (path === '') throw new PltfError('template-invalid', { detail: 'targetPath names no file' });
  return path;
}

/** The only file of a fetched tree. */
async function fetchFile({ sources, input }: WorkspaceContext): Promise<TemplateFile> {
  const url = textInput(input, 'url');
  const [file, ...others] = (await sources.tree(url)).values();
  if (file === undefined || others.length > 0) {
    throw new PltfError('template-invalid', { detail: `${url} is a folder, not a file` });
  }
  return file;
}

function writeTemplateFile(context: WorkspaceContext, file: TemplateFile): void {
  const target = targetFile(context);
  if (context.workspace.exists(target) && context.input['replace'] !== true) {
    context.log(`${target} exists already and is kept.`);
    return;
  }
  context.workspace.write(
    target,
    renderFile(textInput(context.input, 'targetPath'), file, templateOptions(context)),
  );
}

function workspaceTree(workspace: Workspace, path: string): FileMap {
  const file = workspace.get(path);
  const tree =
    file === undefined ? filesBelow(new Map(workspace.files), path) : new Map([[path, file]]);
  if (tree.size === 0)
    throw new PltfError('template-invalid', { detail: `there is nothing at ${path}` });
  return tree;
}

/** The actions that bring files into the workspace. */
export const fetchActions: Readonly<Record<string, WorkspaceAction>> = {
  'fetch:plain': {
    inputSchema: object({ url: text, targetPath: text, token: text }, 'url'),
    run: async (context) => {
      const target = targetFolder(context);
      for (const [path, file] of await context.sources.tree(textInput(context.input, 'url'))) {
        context.workspace.write(context.workspace.resolve(target, path), file);
      }
    },
  },
  'fetch:plain:file': {
    inputSchema: object({ url: text, targetPath: text, token: text }, 'url', 'targetPath'),
    run: async (context) => {
      context.workspace.write(targetFile(context), await fetchFile(context));
    },
  },
  'fetch:template': {
    inputSchema: object({ url: text, targetPath: text, token: text, ...templateTreeSchema }, 'url'),
    run: async (context) => {
      const options = templateOptions(context);
      const tree = await context.sources.tree(textInput(context.input, 'url'));
      renderTree(tree, targetFolder(context), context.workspace, options);
    },
  },
  'fetch:template:file': {
    inputSchema: object(
      { url: text, targetPath: text, token: text, ...templateFileSchema },
      'url',
      'targetPath',
    ),
    run: async (context) => {
      writeTemplateFile(context, await fetchFile(context));
    },
  },
  'workspace:template': {
    inputSchema: object(
      { sourcePath: text, targetPath: text, ...templateTreeSchema },
      'sourcePath',
      'targetPath',
    ),
    run: (context) => {
      const source = context.workspace.resolve('', textInput(context.input, 'sourcePath'));
      const target = targetFolder(context);
      if (`${target}/`.startsWith(source === '' ? '' : `${source}/`)) {
        throw new PltfError('template-invalid', {
          detail: 'targetPath must not be within sourcePath',
        });
      }
      renderTree(
        workspaceTree(context.workspace, source),
        target,
        context.workspace,
        templateOptions(context),
      );
    },
  },
  'workspace:template:file': {
    inputSchema: object(
      { sourcePath: text, targetPath: text, ...templateFileSchema },
      'sourcePath',
      'targetPath',
    ),
    run: (context) => {
      const source = context.workspace.resolve('', textInput(context.input, 'sourcePath'));
      const file = context.workspace.get(source);
      if (file === undefined)
        throw new PltfError('template-invalid', { detail: `there is no file at ${source}` });
      writeTemplateFile(context, file);
    },
  },
};
