import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { TaskResult } from '@pltf/contracts';
import { type Durability, writeAtomically } from '../files/atomic-file.ts';
import { type LogStore, openLogStore } from '../logs/log-store.ts';
import {
  type TaskEnd,
  type TaskEngine,
  type TaskEngines,
  type TaskOrder,
  type TaskRun,
  taskLogBytes,
} from './task-engine.ts';
import type { TaskRecord } from './task-record.ts';

export interface TaskContext {
  readonly engines: TaskEngines;
  readonly folder: string;
  readonly now: () => Date;
  readonly onFinished: (id: string) => void;
}

const segmentBytes = 10 * 1024 * 1024;
const fileBytes = 1024 * 1024;
const graceMs = 7500;

/** One program run to its end, by this agent or begun by an earlier one. */
export class Task {
  readonly id: string;
  readonly log: LogStore;
  readonly finished: Promise<void>;
  record: TaskRecord;
  private readonly context: TaskContext;
  private readonly folder: string;
  private run: TaskRun | undefined;
  private abandoned = false;
  private timer: NodeJS.Timeout | undefined;
  private saving: Promise<void> = Promise.resolve();
  private settle: () => void = () => undefined;

  constructor(context: TaskContext, record: TaskRecord) {
    this.context = context;
    this.record = record;
    this.id = record.spec.id;
    this.folder = path.join(context.folder, this.id);
    const segments = Math.ceil(taskLogBytes / segmentBytes) + 1;
    this.log = openLogStore({ folder: path.join(this.folder, 'log'), segmentBytes, segments });
    this.finished = new Promise((resolve) => {
      this.settle = resolve;
    });
    if (record.result.state === 'finished') this.close();
  }

  get result(): TaskResult {
    return this.record.result;
  }

  private get engine(): TaskEngine {
    const { docker, process } = this.context.engines;
    return this.record.spec.container === undefined ? process : docker;
  }

  /** Starts it, or takes up what an earlier agent began. Nothing is started a second time. */
  async begin(): Promise<void> {
    if (this.result.state === 'finished') return;
    const order: TaskOrder = { record: this.record, folder: this.folder, log: this.log };
    const found = await this.engine.find(order);
    const run = found ?? (await this.engine.start(order));
    this.follow(run);
    const marked = run.mark.then(async (mark) => {
      this.record = { ...this.record, ...mark };
      await this.save();
    });
    // A container engine may take its time, or be away: nobody waits for that.
    if (this.record.spec.container === undefined) await marked;
    else marked.catch(() => undefined);
  }

  /** Ends it: SIGTERM to all of its processes, SIGKILL after 7.5 s. */
  async end(ending: 'timeout' | 'cancelled'): Promise<void> {
    if (this.result.state === 'finished' || this.record.ending !== undefined) return;
    this.record = { ...this.record, ending };
    await this.save();
    await this.run?.stop(graceMs);
  }

  /** Lets the program go on without this agent. */
  abandon(): void {
    this.abandoned = true;
    clearTimeout(this.timer);
    this.run?.abandon();
    this.log.finish();
  }

  private follow(run: TaskRun): void {
    if (this.abandoned) return run.abandon();
    this.run = run;
    const begun = Date.parse(this.result.startedAt);
    const left = begun + this.record.spec.timeoutMs - this.context.now().getTime();
    this.timer = setTimeout(() => void this.end('timeout'), Math.max(0, left));
    if (this.record.ending !== undefined) void run.stop(graceMs);
    run.ended.then((end) => this.finish(end)).catch(() => undefined);
  }

  private async finish({ exitCode, signal, outOfMemory, lost }: TaskEnd): Promise<void> {
    clearTimeout(this.timer);
    const { spec, ending, result } = this.record;
    const ended = ending ?? (outOfMemory && exitCode !== 0 ? 'out-of-memory' : undefined);
    const why = ended ?? (lost ? 'agent-restarted' : undefined);
    this.record = {
      ...this.record,
      result: {
        ...result,
        state: 'finished',
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(exitCode === undefined && signal !== undefined ? { signal } : {}),
        ...(why === undefined ? {} : { ended: why }),
        files: readFiles(spec.files),
        finishedAt: this.context.now().toISOString(),
      },
    };
    await this.save();
    await this.run?.forget();
    if (spec.scratch !== undefined) await rm(spec.scratch, { recursive: true, force: true });
    this.close();
    this.context.onFinished(this.id);
  }

  private close(): void {
    this.log.finish();
    this.settle();
  }

  /** One after the other: the record written last is the one that stays. */
  save(durability: Durability = 'process'): Promise<void> {
    const file = path.join(this.folder, 'task.json');
    const write = () => writeAtomically(file, JSON.stringify(this.record), durability);
    this.saving = this.saving.then(write, write);
    return this.saving;
  }
}

/** Texts of the files a task was given to write. The owner wrote them, so no link is followed. */
function readFiles(files: Readonly<Record<string, string>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, file] of Object.entries(files)) texts[name] = readOwnedFile(file);
  return texts;
}

function readOwnedFile(file: string): string {
  let descriptor: number | undefined;
  try {
    if (
      realpathSync(path.dirname(file)) !==
      realpathSync(path.dirname(path.dirname(file))) + '/files'
    )
      return '';
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!fstatSync(descriptor).isFile()) return '';
    const buffer = Buffer.alloc(Math.min(fileBytes, fstatSync(descriptor).size));
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } catch {
    return '';
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
