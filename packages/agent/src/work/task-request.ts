import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PltfError, type TaskRequest } from '@pltf/contracts';
import { makeReadableFolder, writeReadableFile } from '../files/open-folder.ts';
import type { MachineFacts } from '../placement/program-environment.ts';
import { baseEnvironment } from '../placement/program-environment.ts';
import type { ReleaseStore } from '../release/release-store.ts';
import { type Account, openOwnFolder } from '../sandbox/accounts.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { ContainerTaskPlanner } from './task-engine.ts';
import type { TaskSpec } from './task-record.ts';
import { giveToOwner, relativePath } from './workspace-files.ts';
import type { Workspaces } from './workspaces.ts';

export interface TaskPreparation {
  readonly sandbox: Sandbox;
  readonly releases: ReleaseStore;
  readonly workspaces: Workspaces;
  readonly machine: MachineFacts;
  readonly containers: ContainerTaskPlanner;
}

/** Pipelines may use the machine when nobody needs it: an application's share is larger. */
const taskCpu = 0.5;

/** Makes everything a task needs on disk and answers what exactly is to run. */
export async function prepareTask(
  context: TaskPreparation,
  id: string,
  request: TaskRequest,
): Promise<TaskSpec> {
  const { owner, timeoutMs, memoryMiB } = request;
  if (request.isolation === 'docker') return prepareContainerTask(context, id, request);
  const account = await context.sandbox.accounts.open(owner);
  const scratch = path.join(account.tasks, id);
  makeReadableFolder(scratch);
  const place = await placeOf(context, account, scratch, request);
  const files = makeFiles(account, scratch, request.files);
  const command = commandOf(scratch, request);
  const env = {
    PATH: context.machine.searchPath.join(':'),
    LANG: context.machine.language,
    ...request.env,
    ...baseEnvironment(context.machine, account, id, place.home),
    PLTF_WORKSPACE: place.root,
    ...files,
  };
  const { directory } = place;
  return { id, owner, command, directory, env, files, timeoutMs, memoryMiB, cpu: taskCpu, scratch };
}

/** A task in the image of its release, beside the placement's own containers. */
async function prepareContainerTask(
  context: TaskPreparation,
  id: string,
  request: TaskRequest,
): Promise<TaskSpec> {
  const { owner, placement, timeoutMs, memoryMiB } = request;
  if (placement === undefined || !('release' in request.in) || 'shell' in request.run) {
    throw new PltfError('bad-request', {
      detail: 'A task in a container runs a command of a release, for a placement.',
    });
  }
  const planned = await context.containers.plan(owner, placement, request.in.release);
  return {
    ...{ id, owner, timeoutMs, memoryMiB, cpu: taskCpu, files: {}, directory: '/' },
    command: 'command' in request.run ? request.run.command : [],
    env: { ...request.env, ...planned.env },
    container: planned.container,
  };
}

interface Place {
  readonly root: string;
  readonly directory: string;
  readonly home: string;
}

async function placeOf(
  context: TaskPreparation,
  account: Account,
  scratch: string,
  request: TaskRequest,
): Promise<Place> {
  if ('workspace' in request.in) {
    const workspace = context.workspaces.find(request.in.workspace, account);
    const directory = path.join(workspace.path, relativePath(request.in.path));
    return { root: workspace.path, directory, home: workspace.home };
  }
  const root = path.join(scratch, 'work');
  const home = path.join(scratch, 'home');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  await context.releases.unpack(request.in.release, root);
  await giveToOwner(context.sandbox, account, root);
  openOwnFolder(home, account);
  return { root, directory: root, home };
}

/** Empty files of the owner's, in a folder that is not: they can be written, not replaced. */
function makeFiles(
  account: Account,
  scratch: string,
  names: readonly string[],
): Record<string, string> {
  const folder = path.join(scratch, 'files');
  makeReadableFolder(folder);
  const files: Record<string, string> = {};
  for (const name of names) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name)) {
      throw new PltfError('bad-request', { detail: `${JSON.stringify(name)} names no variable.` });
    }
    const file = path.join(folder, name);
    writeFileSync(file, '', { mode: 0o600 });
    if (account.uid !== undefined) chownSync(file, account.uid, account.uid);
    files[name] = file;
  }
  return files;
}

function commandOf(scratch: string, { run }: TaskRequest): string[] {
  if ('command' in run) return run.command;
  if ('program' in run)
    throw new PltfError('bad-request', { detail: 'A task that is no container needs a command.' });
  const extension = run.extension.replace(/[^A-Za-z0-9]/g, '');
  const file = path.join(scratch, extension === '' ? 'script' : `script.${extension}`);
  writeReadableFile(file, run.script);
  const named = run.shell.some((word) => word.includes('{0}'));
  const words = run.shell.map((word) => word.replaceAll('{0}', file));
  return named ? words : [...words, file];
}
