import { chmod, mkdir, writeFile } from 'node:fs/promises';

/** Makes a folder that others can enter and read; the agent's umask would close it. */
export async function makeReadableFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}

export async function writeReadableFile(file: string, content: string): Promise<void> {
  await writeFile(file, content);
  await chmod(file, 0o644);
}
