import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PltfError } from '@pltf/contracts';
import { z } from 'zod';
import type { ExclusiveLock, HeldLock } from '../../kernel/exclusive-lock.ts';

const name = 'pltf-writer.lock';
const pauseMs = 20;
/** Another machine's writer cannot be asked whether it lives; no batch takes this long. */
const foreignMs = 15 * 60_000;

const Holder = z.object({
  host: z.string().max(255),
  pid: z.int().positive(),
  started: z.string().max(40),
  at: z.number(),
});
type Holder = z.infer<typeof Holder>;

/**
 * The lock of a repository, a file in it: one process writes at a time. A writer that was killed holds it no more, for
 * its process is not there. It spares work; what keeps the history whole is that a ref moves only from the commit that
 * was built upon.
 */
export function repositoryLock(directory: string, waitMs: number): ExclusiveLock {
  const path = join(directory, name);
  return {
    acquire: async (signal) => {
      const until = Date.now() + waitMs;
      for (;;) {
        const held = await take(path);
        if (held !== undefined) return held;
        await removeDead(path);
        if (Date.now() > until || signal?.aborted === true) return undefined;
        await sleep(pauseMs);
      }
    },
  };
}

async function take(path: string): Promise<HeldLock | undefined> {
  const own = `${path}.${randomUUID()}`;
  const holder: Holder = {
    host: hostname(),
    pid: process.pid,
    started: (await startOf(process.pid)) ?? '',
    at: Date.now(),
  };
  try {
    await writeFile(own, JSON.stringify(holder), { mode: 0o600 });
    // A link is there whole or not at all, and fails where one is.
    await link(own, path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return undefined;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw new PltfError(full ? 'disk-full' : 'git-failed', {
      detail: `the writer lock of the environment repository cannot be made: ${String(error)}`,
      cause: error,
    });
  } finally {
    await rm(own, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** Moved aside before it goes, and looked at again there: one that was taken meanwhile is put back. */
async function removeDead(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined || (await isHeld(text))) return;
  const aside = `${path}.dead-${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await readFile(aside, 'utf8').catch(() => undefined);
  if (moved !== undefined && moved !== text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function isHeld(text: string): Promise<boolean> {
  let holder: Holder;
  try {
    holder = Holder.parse(JSON.parse(text));
  } catch {
    return false;
  }
  if (holder.host !== hostname()) return Date.now() - holder.at < foreignMs;
  const started = await startOf(holder.pid);
  return started !== undefined && started === holder.started;
}

/** When a process started, as the kernel counts: a number that came again is not the same process. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat !== undefined) {
    // The name may hold spaces and brackets; what follows its last bracket does not. The 22nd field is the start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  }
  try {
    process.kill(pid, 0);
    return '';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? '' : undefined;
  }
}
