import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type GitSource, Owner, PltfError, type WorkspaceRequest } from '@pltf/contracts';
import { z } from 'zod';
import { readJson, writeAtomically } from '../files/atomic-file.ts';
import { makeReadableFolder } from '../files/open-folder.ts';
import { runTool } from '../process/run-tool.ts';
import { type Account, openOwnFolder } from '../sandbox/accounts.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { giveToOwner, relativePath } from './task-request.ts';

/** A folder for the steps of one job, with a home folder beside it. */
export interface Workspace {
  readonly path: string;
  readonly home: string;
  readonly owner: Owner;
}

export interface Workspaces {
  /** Makes it, once. */
  open(id: string, request: WorkspaceRequest): Promise<Workspace>;
  /** Throws `not-found` when there is none, `forbidden` when it is another owner's. */
  find(id: string, account?: Account): Workspace;
  remove(id: string): Promise<void>;
  removeRun(run: string): Promise<void>;
}

const WorkspaceRecord = z.object({ version: z.literal(1), owner: Owner, folder: z.string() });

export function openWorkspaces(root: string, sandbox: Sandbox): Workspaces {
  const opening = new Map<string, Promise<Workspace>>();
  const recordFile = (id: string) => path.join(root, `${id}.json`);

  const read = (id: string): (Workspace & { folder: string }) | undefined => {
    const record = readJson(recordFile(id), WorkspaceRecord);
    if (record === undefined) return undefined;
    const { folder, owner } = record;
    return { folder, owner, path: path.join(folder, 'work'), home: path.join(folder, 'home') };
  };

  const make = async (id: string, request: WorkspaceRequest): Promise<Workspace> => {
    const known = read(id);
    if (known !== undefined) return known;
    const account = await sandbox.accounts.open(request.owner);
    const folder = path.join(account.workspaces, id);
    // Half made by an agent that was killed.
    await rm(folder, { recursive: true, force: true });
    await makeReadableFolder(folder);
    const work = path.join(folder, 'work');
    await mkdir(work, { mode: 0o700 });
    if (request.source !== undefined) await checkOut(sandbox, work, request.source);
    await giveToOwner(sandbox, account, work);
    const home = path.join(folder, 'home');
    openOwnFolder(home, account);
    const record = { version: 1, owner: request.owner, folder };
    await writeAtomically(recordFile(id), JSON.stringify(record));
    return { path: work, home, owner: request.owner };
  };

  const remove = async (id: string): Promise<void> => {
    const known = read(id);
    if (known !== undefined) await rm(known.folder, { recursive: true, force: true });
    await rm(recordFile(id), { force: true });
  };

  return {
    open(id, request) {
      const known = opening.get(id);
      if (known !== undefined) return known;
      const made = make(id, request).finally(() => opening.delete(id));
      opening.set(id, made);
      return made;
    },
    find(id, account) {
      const workspace = read(id);
      if (workspace === undefined || !existsSync(workspace.path)) {
        throw new PltfError('not-found', { detail: `There is no workspace ${id}.` });
      }
      const { team, component } = workspace.owner;
      const other = account?.owner;
      if (other !== undefined && (other.team !== team || other.component !== component)) {
        throw new PltfError('forbidden', {
          detail: `The workspace ${id} belongs to ${component}.`,
        });
      }
      return workspace;
    },
    remove,
    async removeRun(run) {
      const ids = (await readdir(root)).map((name) => name.replace(/\.json$/, ''));
      await Promise.all(ids.filter((id) => id.startsWith(`${run}-`)).map(remove));
    },
  };
}

/** The commit with as much of its history as asked for; nobody but the platform can write there yet. */
async function checkOut(sandbox: Sandbox, work: string, source: GitSource): Promise<void> {
  const target = path.join(work, relativePath(source.path));
  await mkdir(target, { recursive: true, mode: 0o700 });
  const config = ['-c', 'safe.directory=*', '-c', 'core.hooksPath=/dev/null', '-c', 'gc.auto=0'];
  const git = (...args: string[]) =>
    runTool(sandbox.tools.git, [...config, ...args], {
      directory: target,
      umask: '022',
      code: 'git-failed',
    });
  await git('init', '--quiet', '--template=', '--initial-branch=main');
  const depth = source.depth === 0 ? [] : [`--depth=${source.depth}`];
  const quiet = ['--quiet', '--no-tags', '--no-recurse-submodules'];
  await git('fetch', ...quiet, ...depth, source.gitDirectory, source.commit);
  const branch = /^refs\/heads\/(.+)$/.exec(source.ref)?.[1];
  const place = branch === undefined ? ['--detach'] : ['-B', branch];
  await git('checkout', '--quiet', '--no-recurse-submodules', ...place, source.commit);
}
