import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { mkdir, rename, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { CacheRequest, CacheResult } from '@pltf/contracts';
import { z } from 'zod';
import { readJson, writeAtomically } from '../files/atomic-file.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { storeStream } from './file-store.ts';
import type { OwnerTools } from './owner-tools.ts';
import { archivePaths, placesOf } from './workspace-paths.ts';
import type { Workspaces } from './workspaces.ts';

type Request = z.infer<typeof CacheRequest>;
type Result = z.infer<typeof CacheResult>;

/** Files of a workspace kept for later runs of the same component and branch. */
export interface Caches {
  /** Puts back the one with this key, or the newest whose key begins with a restore key. */
  restore(workspace: string, request: Request): Promise<Result>;
  /** Keeps the paths under the key. A key that is there stays as it is. */
  save(workspace: string, request: Request): Promise<Result>;
}

export interface CachesOptions {
  readonly root: string;
  readonly sandbox: Sandbox;
  readonly tools: OwnerTools;
  readonly workspaces: Workspaces;
  /** Of one scope's caches the longest unused go when they hold more than this. */
  readonly scopeBytes?: number;
}

const CacheEntry = z.object({ key: z.string(), savedAt: z.number(), bytes: z.number() });
type CacheEntry = z.infer<typeof CacheEntry>;

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

export function openCaches(options: CachesOptions): Caches {
  const { root, sandbox, tools, workspaces, scopeBytes = 2 * 1024 ** 3 } = options;
  const folderOf = (owner: string, scope: string) => path.join(root, hashOf(`${owner}\0${scope}`));
  const fileOf = (folder: string, key: string) => path.join(folder, `${hashOf(key)}.tar`);

  const entries = (folder: string): readonly CacheEntry[] =>
    namesIn(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => readJson(path.join(folder, name), CacheEntry))
      .filter((entry) => entry !== undefined);

  const find = (folder: string, request: Request): CacheEntry | undefined => {
    const known = entries(folder);
    const exact = known.find(({ key }) => key === request.key);
    if (exact !== undefined) return exact;
    for (const prefix of request.restoreKeys) {
      const matching = known.filter(({ key }) => key.startsWith(prefix));
      const newest = matching.sort((left, right) => right.savedAt - left.savedAt)[0];
      if (newest !== undefined) return newest;
    }
    return undefined;
  };

  const open = async (id: string, scope: string) => {
    const workspace = workspaces.find(id);
    const account = await sandbox.accounts.open(workspace.owner);
    const { team, component } = workspace.owner;
    return { workspace, account, folder: folderOf(`${team}/${component}`, scope) };
  };

  return {
    async restore(id, request) {
      const { workspace, account, folder } = await open(id, request.scope);
      const entry = find(folder, request);
      if (entry === undefined) return { exact: false };
      const file = fileOf(folder, entry.key);
      const command = [sandbox.tools.tar, '-x', '-f', '-', '-C', path.dirname(workspace.path)];
      await tools.write(account, workspace.path, command, file);
      await utimes(file, new Date(), new Date());
      return { hit: entry.key, exact: entry.key === request.key };
    },
    async save(id, request) {
      const { workspace, account, folder } = await open(id, request.scope);
      const found = entries(folder).find(({ key }) => key === request.key);
      if (found !== undefined) return { hit: found.key, exact: true };
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const places = await placesOf(tools, account, workspace, request.paths);
      if (places.length === 0) return { exact: false };
      const source = await archivePaths(tools, sandbox, account, workspace, places);
      const file = fileOf(folder, request.key);
      const { bytes } = await storeStream(source, `${file}.new`);
      await rename(`${file}.new`, file);
      const entry = { key: request.key, savedAt: Date.now(), bytes };
      await writeAtomically(file.replace(/\.tar$/, '.json'), JSON.stringify(entry));
      await trim(folder, scopeBytes);
      return { hit: request.key, exact: true };
    },
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function trim(folder: string, mostBytes: number): Promise<void> {
  const files = namesIn(folder)
    .filter((name) => name.endsWith('.tar'))
    .map((name) => path.join(folder, name))
    .map((file) => ({ file, found: statSync(file) }))
    .map(({ file, found }) => ({ file, size: found.size, mtimeMs: found.mtimeMs }))
    .sort((left, right) => right.mtimeMs - left.mtimeMs);
  let sum = 0;
  for (const { file, size } of files) {
    sum += size;
    if (sum <= mostBytes) continue;
    await rm(file.replace(/\.tar$/, '.json'), { force: true });
    await rm(file, { force: true });
  }
}
