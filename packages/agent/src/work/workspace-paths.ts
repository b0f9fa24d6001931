import path from 'node:path';
import { PltfError } from '@pltf/contracts';
import type { Account } from '../sandbox/accounts.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { OwnerOutput, OwnerTools } from './owner-tools.ts';
import type { Workspace } from './workspaces.ts';

/** Paths as steps name them: relative to the workspace, below `~`, with `*`, `**`, `?`, and `!` for not. */
interface Pattern {
  readonly exclude: boolean;
  /** Relative to the folder that holds `work` and `home`. */
  readonly expression: RegExp;
  readonly literal: string | undefined;
}

const mostListed = 32 * 1024 * 1024;

function parsePattern(given: string): Pattern {
  const exclude = given.startsWith('!');
  const text = exclude ? given.slice(1) : given;
  const home = text === '~' || text.startsWith('~/');
  const rest = path.posix.normalize(home ? text.slice(2) : text).replace(/\/$/, '');
  if (rest === '..' || rest.startsWith('../') || path.posix.isAbsolute(rest)) {
    throw new PltfError('bad-request', {
      detail: `The path ${JSON.stringify(given.slice(0, 200))} leads out of the workspace.`,
      fix: 'Give a path in the workspace, or below `~`.',
    });
  }
  const whole = path.posix.join(home ? 'home' : 'work', rest);
  const literal = /[*?]/.test(whole) ? undefined : whole;
  return { exclude, expression: globExpression(whole), literal };
}

/** A glob as an expression that also matches everything below what the glob names. */
function globExpression(glob: string): RegExp {
  const source = glob
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}(?:/.*)?$`);
}

/** Which files and links of the workspace the patterns name, relative to the folder around `work`. */
export async function placesOf(
  tools: OwnerTools,
  account: Account,
  workspace: Workspace,
  given: readonly string[],
): Promise<readonly string[]> {
  const patterns = given
    .filter((text) => text.trim() !== '')
    .map((text) => parsePattern(text.trim()));
  const wanted = patterns.filter(({ exclude }) => !exclude);
  const unwanted = patterns.filter(({ exclude }) => exclude);
  const tops = [...new Set(wanted.map(({ literal, expression }) => literal ?? topOf(expression)))];
  const found: string[] = [];
  for (const name of await list(tools, account, workspace, tops)) {
    if (!wanted.some(({ expression }) => expression.test(name))) continue;
    if (unwanted.some(({ expression }) => expression.test(name))) continue;
    found.push(name);
  }
  return found;
}

const topOf = ({ source }: RegExp) => (source.startsWith('^home') ? 'home' : 'work');

/** Everything below some places that is no folder, listed by the owner itself. */
async function list(
  tools: OwnerTools,
  account: Account,
  workspace: Workspace,
  tops: readonly string[],
): Promise<readonly string[]> {
  const around = path.dirname(workspace.path);
  const roots = tops.map((top) => `./${top}`);
  const command = ['find', ...roots, '!', '-type', 'd', '-print0'];
  const { output, ended } = await tools.read(account, around, command);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostListed) throw new PltfError('body-too-large', { detail: 'Too many files.' });
    chunks.push(chunk);
  }
  // A path that is not there makes find fail after it has listed the others.
  await ended.catch(() => undefined);
  const text = Buffer.concat(chunks).toString('utf8');
  return text
    .split('\0')
    .filter((name) => name !== '')
    .map((name) => name.slice(2));
}

/** An archive of the named files, made by the owner. */
export async function archivePaths(
  tools: OwnerTools,
  sandbox: Sandbox,
  account: Account,
  workspace: Workspace,
  places: readonly string[],
  below = '',
): Promise<OwnerOutput> {
  const around = path.join(path.dirname(workspace.path), below);
  const list = places.map((place) => (below === '' ? place : place.slice(below.length + 1)));
  const command = [sandbox.tools.tar, '-c', '--null', '--no-recursion', '-T', '-', '-f', '-'];
  return tools.read(account, around, command, list.map((name) => `./${name}\0`).join(''));
}
