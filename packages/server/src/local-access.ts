import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const LocalAccess = z.object({ url: z.string(), token: z.string() });

/** The token by which the machine's owner uses the command line: a file that only the owner can read. */
export async function readLocalToken(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return LocalAccess.parse(JSON.parse(text)).token;
  } catch {
    return undefined;
  }
}

export async function writeLocalAccess(
  file: string,
  access: z.infer<typeof LocalAccess>,
): Promise<void> {
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify(access)}\n`, { mode: 0o600 });
  await rename(fresh, file);
}
