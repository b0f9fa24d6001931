import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from '../../config.ts';
import { gitOrThrow } from '../../git/git.ts';
import { type Change, isSource, withPhrase } from './phrase.ts';

/** A clone in a folder of its own, gone when disposed. */
export interface Clone extends AsyncDisposable {
  readonly directory: string;
  /** Changes the phrase in every source that holds it; how many files changed. */
  change(change: Change): Promise<number>;
  /** Commits everything that changed and gives the commit's id. */
  commit(message: string): Promise<string>;
  /** Pushes to the default branch; `onLine` gets what the platform says meanwhile. */
  push(onLine: (line: string) => void): Promise<void>;
}

export interface CloneRequest {
  readonly url: string;
  readonly connection: Connection;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly author: { readonly name: string; readonly email: string };
  readonly signal: AbortSignal;
  /** Folder in which the clone's own is made. */
  readonly under: string;
}

/**
 * Environment in which git signs in to one address. The token is in no argument and no address, where a list of
 * processes or a log would show it; and no proxy stands between this machine and itself.
 */
export function gitEnvironment({
  url,
  connection,
  environment,
  author,
}: Omit<CloneRequest, 'signal' | 'under'>): Readonly<Record<string, string | undefined>> {
  const { origin } = new URL(url);
  const basic = Buffer.from(`pltf:${connection.token ?? ''}`).toString('base64');
  const settings = [
    [`http.${origin}/.extraHeader`, `Authorization: Basic ${basic}`],
    [`http.${origin}/.proxy`, ''],
  ] as const;
  const before = Number(environment['GIT_CONFIG_COUNT'] ?? 0) || 0;
  const numbered = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${before + at}`, key],
    [`GIT_CONFIG_VALUE_${before + at}`, value],
  ]);
  return {
    ...environment,
    ...Object.fromEntries(numbered),
    GIT_CONFIG_COUNT: String(before + settings.length),
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
  };
}

export async function clone(request: CloneRequest): Promise<Clone> {
  const directory = await mkdtemp(join(request.under, 'pltf-demo-'));
  const environment = gitEnvironment(request);
  const { signal } = request;
  const inside = (args: readonly string[]) => gitOrThrow({ args, environment, directory, signal });
  const dispose = () => rm(directory, { recursive: true, force: true });
  try {
    await gitOrThrow({ args: ['clone', '--quiet', request.url, directory], environment, signal });
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    directory,
    async change(change) {
      const files = (await inside(['ls-files', '-z'])).split('\0').filter(isSource);
      let changed = 0;
      for (const file of files) {
        const path = join(directory, file);
        const text = await readFile(path, 'utf8');
        const next = withPhrase(text, change);
        if (next === text) continue;
        await writeFile(path, next);
        changed += 1;
      }
      return changed;
    },
    async commit(message) {
      await inside(['commit', '--quiet', '--all', '--allow-empty', '--message', message]);
      return (await inside(['rev-parse', 'HEAD'])).trim();
    },
    async push(onLine) {
      const args = ['push', 'origin', 'HEAD'];
      await gitOrThrow({ args, environment, directory, signal, onLine });
    },
    [Symbol.asyncDispose]: dispose,
  };
}
