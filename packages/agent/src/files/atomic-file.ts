import { readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PltfError } from '@pltf/contracts';
import type { z } from 'zod';

let sequence = 0;

/**
 * `process`: outlives this process, however it ends; for facts that are worth nothing after the machine
 * has gone down, such as which processes run. `machine`: on disk when the call returns, which takes 0.4 ms on
 * an idle disk and 40 ms on a busy one.
 */
export type Durability = 'process' | 'machine';

/** Replaces a file whole or not at all. Throws `disk-full`. */
export async function writeAtomically(
  file: string,
  content: string,
  durability: Durability = 'machine',
): Promise<void> {
  sequence += 1;
  const fresh = `${file}.${process.pid}-${sequence}.new`;
  try {
    const handle = await open(fresh, 'w', 0o600);
    try {
      await handle.writeFile(content);
      if (durability === 'machine') await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
    if (durability === 'machine') await syncFolder(path.dirname(file));
  } catch (error) {
    await rm(fresh, { force: true });
    throw asDiskFull(error, file);
  }
}

/** Makes names that were created, renamed or removed in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A JSON file parsed by its schema; undefined when it is absent or cannot be read as one. */
export function readJson<S extends z.ZodType>(file: string, schema: S): z.infer<S> | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && codes.includes(code);
}

/** An error of the file system in the platform's words when the disk or a quota is full. */
export function asDiskFull(error: unknown, where: string): unknown {
  if (!isErrno(error, 'ENOSPC', 'EDQUOT')) return error;
  return new PltfError('disk-full', {
    detail: `No space is left to write ${where}.`,
    cause: error,
  });
}
