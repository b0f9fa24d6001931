import type { ComponentKind } from '@pltf/contracts';
import { shellSyntaxIn, splitCommand } from '../command-line.ts';

/** What lies at the root of a repository. */
export interface RepositoryRoot {
  /** Names of files, and of folders with a `/` at the end. */
  readonly names: readonly string[];
  /** Texts of `package.json` and `Procfile`, where there are such. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Files whose texts `startCommand` wants to see. */
export const startFiles = ['package.json', 'Procfile'] as const;

const nodeFiles = ['server', 'app', 'main', 'index'].flatMap((name) =>
  ['js', 'mjs', 'cjs'].map((extension) => `${name}.${extension}`),
);
const pythonFiles = ['server.py', 'app.py', 'main.py'];

/** How a program is started, and the file of the repository that says so. */
export interface FoundCommand {
  readonly command: readonly string[];
  readonly file: string;
}

/** The command alone of what `findStartCommand` finds. */
export const startCommand = (
  kind: ComponentKind,
  root: RepositoryRoot,
): readonly string[] | undefined => findStartCommand(kind, root)?.command;

/**
 * How a program without `run.command` is started, by what its repository offers, in this order: its line of the
 * `Procfile`, the script `start` and the file `main` of `package.json`, then `server.js`, `main.py` and the like.
 * Undefined when nothing says so.
 */
export function findStartCommand(
  kind: ComponentKind,
  root: RepositoryRoot,
): FoundCommand | undefined {
  const files = new Set(root.names);
  const manifest = manifestOf(root.texts.get('package.json'));
  const node = nodeFiles.find((name) => files.has(name));
  const python = pythonFiles.find((name) => files.has(name));
  const line = procfileLine(root.texts.get('Procfile'), kind === 'service' ? 'web' : kind);
  if (line !== undefined) return { command: line, file: 'Procfile' };
  const script = startScript(manifest) ?? mainFile(manifest, root.names);
  if (script !== undefined) return { command: script, file: 'package.json' };
  if (node !== undefined) return { command: ['node', node], file: node };
  return python === undefined ? undefined : { command: ['python3', python], file: python };
}

/** A Procfile's lines are a shell's; those that need none are started without, so that signals reach the program. */
function procfileLine(text: string | undefined, process: string): readonly string[] | undefined {
  for (const line of (text ?? '').split(/\r?\n/).slice(0, 1_000)) {
    const command = /^([A-Za-z0-9_-]+):\s*(.+?)\s*$/.exec(line);
    if (command?.[1] === process) return direct(command[2] ?? '') ?? ['sh', '-c', command[2] ?? ''];
  }
  return undefined;
}

/** npm starts a shell and passes no signals on to what that starts: `node file` is better started by itself. */
function startScript(manifest: Manifest): readonly string[] | undefined {
  const script = manifest.scripts['start'];
  if (script === undefined || script.trim() === '') return undefined;
  const words = direct(script);
  return words?.[0] === 'node' ? words : ['npm', 'start'];
}

function mainFile({ main }: Manifest, names: readonly string[]): readonly string[] | undefined {
  const path = main?.replace(/^\.\//, '');
  if (path === undefined || !/^[\w.@-]+(?:\/[\w.@-]+)*\.[cm]?js$/.test(path)) return undefined;
  const [first = '', ...below] = path.split('/');
  // `npm init` writes `main: index.js` whether there is one or not.
  const isThere =
    !path.split('/').includes('..') && names.includes(below.length === 0 ? first : `${first}/`);
  return isThere ? ['node', path] : undefined;
}

function direct(line: string): readonly string[] | undefined {
  return shellSyntaxIn(line) === undefined ? splitCommand(line) : undefined;
}

interface Manifest {
  readonly main: string | undefined;
  readonly scripts: Readonly<Record<string, string | undefined>>;
}

const noManifest: Manifest = { main: undefined, scripts: {} };

function manifestOf(text: string | undefined): Manifest {
  if (text === undefined) return noManifest;
  try {
    const json: unknown = JSON.parse(text);
    const main = ownText(json, 'main');
    const start = ownText(own(json, 'scripts'), 'start');
    return { main, scripts: { start } };
  } catch {
    return noManifest;
  }
}

function own(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function ownText(value: unknown, key: string): string | undefined {
  const found = own(value, key);
  return typeof found === 'string' && found.length <= 2_000 ? found : undefined;
}
