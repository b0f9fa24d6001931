import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Programs of the machine that the sandbox is made with, by absolute path; undefined when absent. */
export interface Tools {
  readonly bubblewrap: string | undefined;
  readonly nsenter: string | undefined;
  readonly unshare: string | undefined;
  readonly setpriv: string | undefined;
  readonly mount: string | undefined;
  readonly fallocate: string | undefined;
  readonly env: string;
  readonly tar: string;
  readonly git: string;
  readonly chown: string;
}

const systemFolders = [
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
];

function find(name: string, folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** Looks in the system's folders first, so that nothing in a user's folder can take a tool's place. */
export function findTools(searchPath: readonly string[]): Tools {
  const folders = [...systemFolders, ...searchPath];
  return {
    bubblewrap: find('bwrap', folders),
    nsenter: find('nsenter', folders),
    unshare: find('unshare', folders),
    setpriv: find('setpriv', folders),
    mount: find('mount', folders),
    fallocate: find('fallocate', folders),
    env: find('env', folders) ?? '/usr/bin/env',
    tar: find('tar', folders) ?? 'tar',
    git: find('git', folders) ?? 'git',
    chown: find('chown', folders) ?? 'chown',
  };
}
