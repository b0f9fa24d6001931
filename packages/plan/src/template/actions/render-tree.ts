import { PltfError } from '@pltf/contracts';
import { type FileMap, type TemplateFile, textFile, textOf } from '../file-map.ts';
import type { Workspace } from '../workspace.ts';
import type { TemplateOptions } from './template-options.ts';

/** Renders every file of a tree, path and contents, into a folder of the workspace. */
export function renderTree(
  tree: FileMap,
  target: string,
  workspace: Workspace,
  options: TemplateOptions,
): void {
  for (const [path, file] of [...tree].sort(byPath)) {
    const plan = planFile(path, options);
    if (plan === undefined) continue;
    const place = workspace.resolve(target, plan.path);
    if (workspace.exists(place) && !options.replace) continue;
    workspace.write(place, plan.renders ? renderFile(path, file, options) : file);
  }
}

const byPath = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : 1;

interface FilePlan {
  readonly path: string;
  readonly renders: boolean;
}

function planFile(path: string, options: TemplateOptions): FilePlan | undefined {
  const { extension } = options;
  const renders = extension === undefined ? !options.copied(path) : endingOf(path) === extension;
  const stripped = extension !== undefined && renders ? path.slice(0, -extension.length) : path;
  const rendersPath = extension !== undefined || renders || options.rendersCopiedPaths;
  const target = rendersPath ? renderText(stripped, `the path ${path}`, options) : stripped;
  return isSkipped(target) ? undefined : { path: target, renders };
}

/** An empty part of a rendered path means: not this file, or nothing of this folder. */
const isSkipped = (path: string): boolean =>
  path === '' || path.startsWith('/') || path.endsWith('/') || path.includes('//');

/** The ending from the last dot on, as Node's `extname`: a leading dot alone starts no ending. */
function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}

/** Renders a file's text; links and binary files stay as they are. The mode is kept. */
export function renderFile(
  path: string,
  file: TemplateFile,
  options: TemplateOptions,
): TemplateFile {
  const text = textOf(file);
  return text === undefined ? file : textFile(renderText(text, path, options), file.mode);
}

function renderText(text: string, place: string, { engine, context }: TemplateOptions): string {
  try {
    return engine.render(text, context);
  } catch (error) {
    if (error instanceof PltfError) {
      throw new PltfError(error.code, {
        detail: `${place}: ${error.detail}`,
        fix: error.fix,
        cause: error,
      });
    }
    throw failure(place, error);
  }
}

function failure(place: string, error: unknown): PltfError {
  const message = error instanceof Error ? error.message : String(error);
  const position = positionOf(error, message);
  const where = position === undefined ? place : `${place}:${position}`;
  const reason = message
    .replace(/\(template\)|\[Line \d+, Column \d+\]|^Template render error:/g, '')
    .trim()
    .replace(/\s+/g, ' ');
  return new PltfError('template-invalid', {
    detail: `${where}: ${reason}`,
    errors: [{ where, message: reason }],
    cause: error,
  });
}

/** `line:column`: parse errors carry them as numbers, errors while rendering only in their text. */
function positionOf(error: unknown, message: string): string | undefined {
  const told = /\[Line (\d+), Column (\d+)\]/.exec(message);
  if (told !== null) return `${told[1]}:${told[2]}`;
  const { lineno, colno } = error as { readonly lineno?: unknown; readonly colno?: unknown };
  return typeof lineno === 'number' && typeof colno === 'number' && lineno > 0
    ? `${lineno}:${colno}`
    : undefined;
}
