import type { EventView, LogLine } from '@pltf/contracts';
import type { DeliveryQueries } from './delivery-queries.ts';
import type { ImageBuilder } from './image-builder.ts';
import type { EventFeed } from './push-progress.ts';
import type { ReleaseArchive } from './release-archive.ts';
import { isFinished } from './run.ts';
import { createLogReader, type RunStore, stepTasks } from './workflow/index.ts';

/** The log of all steps of a run in order; `instance` of a line names job and step. */
export interface RunLog {
  follow(run: string, follow: boolean, signal: AbortSignal): AsyncIterable<LogLine>;
}

export interface RunLogDependencies {
  readonly store: RunStore;
  readonly queries: DeliveryQueries;
  readonly feed: EventFeed;
  readonly archive: ReleaseArchive;
  readonly images: ImageBuilder;
}

/** Reads the logs of the tasks that have begun, one after the other, then waits for the next to begin. */
export function runLog(dependencies: RunLogDependencies): RunLog {
  const { store, queries, feed, archive } = dependencies;
  return {
    follow: async function* (run, follow, signal) {
      const { component } = await queries.run(run);
      const events: AsyncIterator<EventView> | undefined = follow
        ? feed.follow({ component }, await feed.newest(), signal)[Symbol.asyncIterator]()
        : undefined;
      const read = new Set<string>();
      try {
        for (;;) {
          const finished = isFinished((await queries.run(run)).state);
          const stored = await store.load(run);
          const tasks = stored?.state === undefined ? [] : stepTasks(stored.plan, stored.state);
          for (const { task, name } of [
            ...tasks,
            { task: `${run}-build`, name: 'release / build' },
          ]) {
            if (read.has(task)) continue;
            const shown = createLogReader(stored?.state?.masks ?? []);
            const found = yield* linesOf(archive, { task, name, reader: shown }, follow, signal);
            if (found || finished) read.add(task);
          }
          if (finished) yield* imageLines(dependencies, run, signal);
          if (finished || events === undefined || signal.aborted) return;
          await events.next();
        }
      } finally {
        await events?.return?.();
      }
    },
  };
}

/** Of a release that has an image; told when the run has ended, since its release has a name only then. */
async function* imageLines(
  { queries, images }: RunLogDependencies,
  run: string,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const { component, release } = await queries.run(run);
  const made = release === undefined ? undefined : await queries.findRelease(component, release);
  if (made === undefined) return;
  for await (const line of images.log(made.digest, false, signal))
    yield { ...line, instance: 'release / image' };
}

interface StepLog {
  readonly task: string;
  readonly name: string;
  /** Hides secrets, and the commands that steps give by their output. */
  readonly reader: (line: string) => string | undefined;
}

/** Answers whether the task was there. */
async function* linesOf(
  archive: ReleaseArchive,
  { task, name, reader }: StepLog,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine, boolean> {
  let found = false;
  for await (const line of archive.stepLog(task, follow, signal)) {
    found = true;
    const text = reader(line.text);
    if (text !== undefined) yield { ...line, instance: name, text };
  }
  return found;
}
