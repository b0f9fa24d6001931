import { open } from 'node:fs/promises';
import { block, isEnd, kindOf, pathOf, sizeOf } from './tar-head.ts';

const mostBytes = 4 * 1024 * 1024;

/**
 * Files at the root of a release archive, by name, of those asked for; one larger than 4 MiB is left out.
 * Long names have headers of their own and are none of these.
 */
export async function rootFiles(
  archive: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const handle = await open(archive, 'r');
  try {
    const head = Buffer.alloc(block);
    let at = 0;
    for (;;) {
      const { bytesRead } = await handle.read(head, 0, block, at);
      if (bytesRead < block || isEnd(head)) return found;
      const kind = kindOf(head);
      const size = sizeOf(head) || 0;
      const name = pathOf(head);
      const isFile = kind === '0' || kind === '\0';
      if (isFile && wanted.includes(name) && size <= mostBytes) {
        const content = Buffer.alloc(size);
        await handle.read(content, 0, size, at + block);
        found.set(name, content.toString('utf8'));
      }
      at += block + Math.ceil(size / block) * block;
    }
  } finally {
    await handle.close();
  }
}
