import { readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { PltfError, type TaskRequest, type TaskResult } from '@pltf/contracts';
import { readJson } from '../files/atomic-file.ts';
import { Task, type TaskContext } from './task.ts';
import { TaskRecord, type TaskSpec } from './task-record.ts';
import { prepareTask, type TaskPreparation } from './task-request.ts';

/** Tasks by id. The same id always means the same run, whoever asks and however often. */
export interface Tasks {
  /** Starts it, or attaches to the one that is there. */
  put(id: string, request: TaskRequest): Promise<TaskResult>;
  /** As `put`, for what the agent itself wants to run. */
  start(spec: TaskSpec): Promise<Task>;
  find(id: string): Task | undefined;
  get(id: string): Task;
  cancel(id: string): void;
  remove(id: string): Promise<void>;
  removeRun(run: string): Promise<void>;
  /** Ids that exist on disk, for the sweep of strays. */
  ids(): ReadonlySet<string>;
  resume(): Promise<void>;
  abandon(): void;
}

/** A finished task is forgotten after a week unless its run is removed earlier. */
const keepMs = 7 * 24 * 3600 * 1000;

export function openTasks(context: TaskContext & TaskPreparation): Tasks {
  const tasks = new Map<string, Task>();
  const starting = new Map<string, Promise<Task>>();

  for (const name of readdirSync(context.folder)) {
    const record = readJson(path.join(context.folder, name, 'task.json'), TaskRecord);
    if (record !== undefined) tasks.set(name, new Task(context, record));
  }

  const begin = async (spec: TaskSpec): Promise<Task> => {
    const { id } = spec;
    const result = { id, state: 'running', files: {}, startedAt: context.now().toISOString() };
    await mkdir(path.join(context.folder, id), { recursive: true, mode: 0o700 });
    const record = TaskRecord.parse({ version: 1, spec, cgroup: [], result });
    const task = new Task(context, record);
    tasks.set(id, task);
    // Durable before anybody is told; the program is on its way meanwhile.
    await Promise.all([task.save('machine'), task.begin()]);
    return task;
  };

  const once = (id: string, make: () => Promise<TaskSpec>): Promise<Task> => {
    const known = tasks.get(id);
    if (known !== undefined) return Promise.resolve(known);
    const running = starting.get(id);
    if (running !== undefined) return running;
    const start = make()
      .then(begin)
      .finally(() => starting.delete(id));
    starting.set(id, start);
    return start;
  };

  const get = (id: string): Task => {
    const task = tasks.get(id);
    if (task === undefined) throw new PltfError('not-found', { detail: `There is no task ${id}.` });
    return task;
  };

  const remove = async (id: string): Promise<void> => {
    const task = tasks.get(id);
    if (task === undefined) return;
    await task.end('cancelled');
    await task.finished;
    tasks.delete(id);
    await rm(path.join(context.folder, id), { recursive: true, force: true });
  };

  return {
    put: async (id, request) => (await once(id, () => prepareTask(context, id, request))).result,
    start: (spec) => once(spec.id, () => Promise.resolve(spec)),
    find: (id) => tasks.get(id),
    get,
    cancel: (id) => void get(id).end('cancelled'),
    remove,
    async removeRun(run) {
      const own = [...tasks.keys()].filter((id) => id.startsWith(`${run}-`));
      await Promise.all(own.map(remove));
    },
    ids: () => new Set(tasks.keys()),
    async resume() {
      const oldest = context.now().getTime() - keepMs;
      for (const task of [...tasks.values()]) {
        const { state, finishedAt } = task.result;
        if (state === 'running') await task.begin();
        else if (finishedAt !== undefined && Date.parse(finishedAt) < oldest) await remove(task.id);
      }
    },
    abandon() {
      for (const task of tasks.values()) task.abandon();
    },
  };
}
