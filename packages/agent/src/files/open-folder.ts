import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';

/** Makes a folder that others can enter and read; the agent's umask would close it. */
export function makeReadableFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

export function writeReadableFile(file: string, content: string): void {
  writeFileSync(file, content);
  chmodSync(file, 0o644);
}
