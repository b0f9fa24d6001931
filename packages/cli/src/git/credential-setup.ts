import { PltfError } from '@pltf/contracts';
import type { Config } from '../config.ts';
import { git, gitOrThrow } from './git.ts';

/** What git runs to get a password. Git hands it to a shell, so every word is quoted. */
const helperOf = (program: readonly string[]): string =>
  `!${[...program, 'git-credential'].map(quoted).join(' ')}`;

const quoted = (word: string): string =>
  /^[A-Za-z0-9_./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

const keyOf = (url: string): string => `credential.${new URL(url).origin}.helper`;
/** Values that are ours: this helper, and the empty one before it that switches others off for this address. */
const ourHelper = ' git-credential$';
const noHelper = '^$';

async function valuesOf(config: Config, key: string): Promise<string[]> {
  const args = ['config', '--global', '-z', '--get-all', key];
  const { code, out, err } = await git({ args, environment: config.environment });
  if (code === 0) return out.split('\0').slice(0, -1);
  if (code === 1) return [];
  throw new PltfError('git-failed', { detail: `git config ended with ${code}: ${err.trim()}` });
}

export interface GitChange {
  readonly key: string;
  readonly helper: string;
}

/** Adds the helper for an address to the user's git configuration, once. */
export async function addHelper(config: Config, url: string): Promise<GitChange> {
  const key = keyOf(url);
  const helper = helperOf(config.program);
  await removeHelper(config, url);
  const add = (value: string) =>
    gitOrThrow({
      args: ['config', '--global', '--add', key, value],
      environment: config.environment,
    });
  await add('');
  await add(helper);
  return { key, helper };
}

/** Takes the helper out again and leaves what the user had; false when it was not there. */
export async function removeHelper(config: Config, url: string): Promise<boolean> {
  const key = keyOf(url);
  const values = await valuesOf(config, key);
  if (!values.some((value) => new RegExp(ourHelper).test(value))) return false;
  const unset = (pattern: string) =>
    gitOrThrow({
      args: ['config', '--global', '--unset-all', key, pattern],
      environment: config.environment,
    });
  await unset(ourHelper);
  if (values.includes('')) await unset(noHelper);
  return true;
}
