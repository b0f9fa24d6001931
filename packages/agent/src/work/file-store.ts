import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { PltfError } from '@pltf/contracts';
import { asDiskFull } from '../files/atomic-file.ts';
import type { OwnerOutput } from './owner-tools.ts';

/** A cache or an artifact holds at most this much. */
const mostBytes = 2 * 1024 ** 3;

/** Writes what a tool sends to a file, durably; nothing is left of it when that fails. */
export async function storeStream(
  { output, ended }: OwnerOutput,
  file: string,
): Promise<{ readonly bytes: number; readonly digest: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const handle = await open(file, 'w', 0o600);
    try {
      for await (const chunk of output as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > mostBytes) {
          throw new PltfError('body-too-large', {
            detail: `More than ${mostBytes / 1024 ** 3} GiB at once are not kept.`,
          });
        }
        hash.update(chunk);
        await handle.write(chunk);
      }
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await ended;
  } catch (error) {
    output.destroy();
    await Promise.allSettled([ended, rm(file, { force: true })]);
    throw asDiskFull(error, 'files of a workspace');
  }
  return { bytes, digest: `sha256:${hash.digest('hex')}` };
}
