import { createHash } from 'node:crypto';
import type { Reason } from '@pltf/contracts';
import { errorKinds } from '@pltf/contracts';
import type { TaskSpec } from '../work/task-record.ts';
import type { Tasks } from '../work/tasks.ts';

/** Runs a release's command once; attaches to it when an earlier agent began it. */
export interface ReleaseCommands {
  /** Undefined when it succeeded. `key` tells this attempt from others. */
  run(key: string, spec: Omit<TaskSpec, 'id' | 'timeoutMs' | 'files'>): Promise<Reason | undefined>;
  cancel(key: string): void;
}

const timeoutMs = 10 * 60_000;
const shownLines = 20;

export const releaseTaskId = (key: string) =>
  `release-${createHash('sha256').update(key).digest('hex').slice(0, 24)}`;

export function createReleaseCommands(tasks: Tasks): ReleaseCommands {
  return {
    async run(key, spec) {
      const id = releaseTaskId(key);
      const task = await tasks.start({ ...spec, id, timeoutMs, files: {} });
      await task.finished;
      const { exitCode, ended, signal } = task.result;
      const log = task.log.lastLines(shownLines).map((line) => line.text);
      await tasks.remove(id);
      if (exitCode === 0 && ended === undefined) return undefined;
      const how = ended ?? (exitCode === undefined ? (signal ?? 'ended') : `exit ${exitCode}`);
      return {
        code: 'task-failed',
        detail: `The release command failed: ${how}.`,
        fix: errorKinds['task-failed'].fix,
        log,
      };
    },
    cancel(key) {
      const id = releaseTaskId(key);
      if (tasks.find(id) !== undefined) tasks.cancel(id);
    },
  };
}
