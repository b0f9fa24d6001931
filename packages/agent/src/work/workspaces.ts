import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type GitSource, Owner, PltfError, type WorkspaceRequest } from '@pltf/contracts';
import { z } from 'zod';
import { readJson, writeAtomically } from '../files/atomic-file.ts';
import { makeReadableFolder } from '../files/open-folder.ts';
import { type Account, openOwnFolder } from '../sandbox/accounts.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { checkOut } from './checkout.ts';
import { createOwnerTools } from './owner-tools.ts';
import { giveToOwner, relativePath } from './workspace-files.ts';

/** A folder for the steps of one job, with a home and a temporary folder beside it. */
export interface Workspace {
  readonly path: string;
  readonly home: string;
  readonly temporary: string;
  readonly owner: Owner;
}

export interface Workspaces {
  /** Makes it, once; adds the commit that a step asks for, once for each step. */
  open(id: string, request: WorkspaceRequest): Promise<Workspace>;
  /** Throws `not-found` when there is none, `forbidden` when it is another owner's. */
  find(id: string, account?: Account): Workspace;
  remove(id: string): Promise<void>;
  removeRun(run: string): Promise<void>;
}

const WorkspaceRecord = z.object({
  version: z.literal(1),
  owner: Owner,
  folder: z.string(),
  /** The steps whose commit is in it. */
  steps: z.array(z.string()).default([]),
});
type WorkspaceRecord = z.infer<typeof WorkspaceRecord>;

const workspaceOf = ({ folder, owner }: WorkspaceRecord): Workspace => ({
  owner,
  path: path.join(folder, 'work'),
  home: path.join(folder, 'home'),
  temporary: path.join(folder, 'temporary'),
});

export function openWorkspaces(root: string, sandbox: Sandbox): Workspaces {
  const opening = new Map<string, Promise<unknown>>();
  const recordFile = (id: string) => path.join(root, `${id}.json`);
  const write = (id: string, record: WorkspaceRecord) =>
    writeAtomically(recordFile(id), JSON.stringify(record));
  const readRecord = (id: string) => readJson(recordFile(id), WorkspaceRecord);
  const read = (id: string): (Workspace & { folder: string }) | undefined => {
    const record = readRecord(id);
    return record === undefined ? undefined : { ...workspaceOf(record), folder: record.folder };
  };

  const make = async (id: string, request: WorkspaceRequest): Promise<WorkspaceRecord> => {
    const known = readRecord(id);
    if (known !== undefined) return known;
    const account = await sandbox.accounts.open(request.owner);
    const folder = path.join(account.workspaces, id);
    // Half made by an agent that was killed.
    await rm(folder, { recursive: true, force: true });
    makeReadableFolder(folder);
    const record = { version: 1 as const, owner: request.owner, folder, steps: [] };
    const { path: work, home, temporary } = workspaceOf(record);
    await mkdir(work, { mode: 0o700 });
    if (request.source !== undefined && request.step === undefined) {
      await checkOut(
        sandbox.tools,
        path.join(work, relativePath(request.source.path)),
        request.source,
      );
    }
    await giveToOwner(sandbox, account, work);
    openOwnFolder(home, account);
    openOwnFolder(temporary, account);
    await write(id, record);
    return record;
  };

  const open = async (id: string, request: WorkspaceRequest): Promise<Workspace> => {
    const record = await make(id, request);
    const { source, step } = request;
    if (source !== undefined && step !== undefined && !record.steps.includes(step)) {
      await addCommit(sandbox, record, source);
      await write(id, { ...record, steps: [...record.steps, step] });
    }
    return workspaceOf(record);
  };

  const remove = async (id: string): Promise<void> => {
    const known = read(id);
    if (known !== undefined) await rm(known.folder, { recursive: true, force: true });
    await rm(recordFile(id), { force: true });
  };

  return {
    open(id, request) {
      const before = opening.get(id) ?? Promise.resolve();
      const opened = before.then(
        () => open(id, request),
        () => open(id, request),
      );
      opening.set(id, opened);
      void opened
        .catch(() => undefined)
        .finally(() => opening.get(id) === opened && opening.delete(id));
      return opened;
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

/**
 * Puts a commit into a workspace that its owner may have filled already. Git runs in a folder of the platform's, never
 * in the owner's, whose links and git settings it would follow with the platform's rights.
 */
async function addCommit(
  sandbox: Sandbox,
  record: WorkspaceRecord,
  source: GitSource,
): Promise<void> {
  const { folder } = record;
  const { path: work } = workspaceOf(record);
  const account = await sandbox.accounts.open(record.owner);
  const fresh = path.join(folder, 'checkout');
  await rm(fresh, { recursive: true, force: true });
  await checkOut(sandbox.tools, fresh, source);
  await giveToOwner(sandbox, account, fresh);
  const target = relativePath(source.path);
  if (target === '.') {
    const old = path.join(folder, 'replaced');
    await rm(old, { recursive: true, force: true });
    await rename(work, old);
    await rename(fresh, work);
    await rm(old, { recursive: true, force: true });
    return;
  }
  const tools = createOwnerTools(sandbox);
  for (const command of [
    ['mkdir', '-p', '--', target],
    ['cp', '-a', '--', `${fresh}/.`, target],
  ]) {
    await (await tools.read(account, work, command)).ended;
  }
  await rm(fresh, { recursive: true, force: true });
}
