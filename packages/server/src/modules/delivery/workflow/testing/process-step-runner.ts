import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { PltfError } from '@pltf/contracts';
import type { WorkspacePlaces } from '../run-state.ts';
import type { CacheRequest, StepRunner, WorkspaceRequest } from '../step-runner.ts';
import { type ProcessTask, startProcessTask } from './process-tasks.ts';

export interface ProcessRunnerOptions {
  /** An empty folder for everything. */
  readonly base: string;
  /** Bare repositories by `owner/name`. */
  readonly repositories: ReadonlyMap<string, string>;
}

export interface ProcessStepRunner extends StepRunner, AsyncDisposable {
  /** How often each task was started; more than once would be a defect. */
  readonly starts: ReadonlyMap<string, number>;
}

/** Runs steps as processes of this machine, below one folder. For tests: nothing keeps steps apart. */
export function createProcessRunner({
  base,
  repositories,
}: ProcessRunnerOptions): ProcessStepRunner {
  const tasks = new Map<string, ProcessTask>();
  const starts = new Map<string, number>();
  const placesOf = (id: string): WorkspacePlaces => {
    const folder = join(base, 'workspaces', id);
    return {
      root: join(folder, 'work'),
      temporary: join(folder, 'temporary'),
      home: join(folder, 'home'),
      path: process.env['PATH'] ?? '/usr/bin:/bin',
    };
  };
  const workspace = (id: string): WorkspacePlaces => {
    const places = placesOf(id);
    for (const folder of [places.root, places.temporary, places.home])
      mkdirSync(folder, { recursive: true });
    return places;
  };
  const resolvePath = (id: string, path: string): string =>
    path.startsWith('~/') ? join(placesOf(id).home, path.slice(2)) : join(placesOf(id).root, path);
  const artifactFolder = (run: string, name: string) =>
    join(base, 'artifacts', run, encodeURIComponent(name));
  return {
    starts,
    prepare: async (request) => {
      const places = workspace(request.id);
      checkOut(request, places.root, join(base, 'done', request.step), repositories);
      return places;
    },
    run: async (task, signal) => {
      const known = tasks.get(task.id);
      const running =
        known ??
        startProcessTask(task, {
          work: placesOf(task.workspaceId).root,
          own: join(base, 'tasks', task.id),
        });
      if (known === undefined) {
        tasks.set(task.id, running);
        starts.set(task.id, (starts.get(task.id) ?? 0) + 1);
      }
      return waitingUntil(signal, running.outcome);
    },
    log: async function* (taskId) {
      const text = readFileSync(join(base, 'tasks', taskId, 'log'), 'utf8');
      const lines = text.split('\n');
      if (lines.at(-1) === '') lines.pop();
      yield* lines;
    },
    cacheRestore: async (request) =>
      restoreCache(base, request, (path) => resolvePath(request.workspaceId, path)),
    cacheSave: async (request) =>
      saveCache(base, request, (path) => resolvePath(request.workspaceId, path)),
    uploadArtifact: async ({ workspaceId, run, name, paths }) => {
      const target = artifactFolder(run, name);
      rmSync(target, { recursive: true, force: true });
      for (const path of paths) {
        const source = resolvePath(workspaceId, path);
        if (!existsSync(source)) continue;
        mkdirSync(target, { recursive: true });
        cpSync(source, statSync(source).isDirectory() ? target : join(target, basename(source)), {
          recursive: true,
        });
      }
      return measure(target);
    },
    downloadArtifact: async ({ workspaceId, run, name, paths }) => {
      const source = artifactFolder(run, name);
      if (!existsSync(source))
        throw new PltfError('not-found', { detail: `There is no artifact ${name}` });
      cpSync(source, resolvePath(workspaceId, paths[0] ?? '.'), { recursive: true });
      return measure(source);
    },
    cancel: async (taskId) => tasks.get(taskId)?.end('cancelled'),
    remove: async (workspaceId) => {
      rmSync(join(base, 'workspaces', workspaceId), { recursive: true, force: true });
    },
    [Symbol.asyncDispose]: async () => {
      for (const task of tasks.values()) task.end('cancelled');
      await Promise.all([...tasks.values()].map((task) => task.outcome));
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** The promise, or the signal's reason when that comes first. */
async function waitingUntil<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function checkOut(
  { source }: WorkspaceRequest,
  root: string,
  done: string,
  repositories: ReadonlyMap<string, string>,
): void {
  if (source === undefined || existsSync(done)) return;
  const repository = repositories.get(source.repository);
  if (repository === undefined)
    throw new PltfError('not-found', { detail: `There is no repository ${source.repository}` });
  const target = join(root, source.path);
  mkdirSync(target, { recursive: true });
  const commit = source.commit ?? source.ref;
  const archive = execFileSync('git', ['--git-dir', repository, 'archive', commit], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  execFileSync('tar', ['-x', '-C', target], { input: archive });
  mkdirSync(join(done, '..'), { recursive: true });
  writeFileSync(done, '');
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24);

function restoreCache(base: string, request: CacheRequest, resolve: (path: string) => string) {
  const scope = join(base, 'caches', hashOf(request.scope));
  const keys = existsSync(scope)
    ? readdirSync(scope).map((name) => ({
        name,
        key: readFileSync(join(scope, name, 'key'), 'utf8'),
      }))
    : [];
  const exact = keys.find(({ key }) => key === request.key);
  const prefixes = [request.key, ...request.restoreKeys];
  const found =
    exact ?? prefixes.flatMap((prefix) => keys.filter(({ key }) => key.startsWith(prefix)))[0];
  if (found === undefined) return { exact: false };
  for (const path of request.paths) {
    const saved = join(scope, found.name, hashOf(path));
    if (existsSync(saved)) cpSync(saved, resolve(path), { recursive: true });
  }
  return { hit: found.key, exact: found === exact };
}

function saveCache(base: string, request: CacheRequest, resolve: (path: string) => string): void {
  const folder = join(base, 'caches', hashOf(request.scope), hashOf(request.key));
  // A cache never changes once it is there.
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  for (const path of request.paths) {
    if (existsSync(resolve(path)))
      cpSync(resolve(path), join(folder, hashOf(path)), { recursive: true });
  }
  writeFileSync(join(folder, 'key'), request.key);
}

function measure(folder: string): { files: number; bytes: number } {
  if (!existsSync(folder)) return { files: 0, bytes: 0 };
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, relative('', name))))
    .filter((status) => status.isFile());
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}
