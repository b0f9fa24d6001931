import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { TaskResult } from '@pltf/contracts';
import { type Durability, writeAtomically } from '../files/atomic-file.ts';
import { type LogStore, openLogStore } from '../logs/log-store.ts';
import { type OutputPump, startOutputPump } from '../logs/output-pump.ts';
import { openForProgram } from '../logs/raw-output.ts';
import { launch, unitMarker } from '../process/launch.ts';
import { identify, isAlive, listProcesses, readMarker } from '../process/process-facts.ts';
import {
  killProgram,
  type Program,
  ranOutOfMemory,
  stopProgram,
  watchMemory,
} from '../process/program.ts';
import type { ProgramEnd, ProgramEnds } from '../process/program-end.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { TaskRecord } from './task-record.ts';

export interface TaskContext {
  readonly sandbox: Sandbox;
  readonly ends: ProgramEnds;
  readonly bootId: string;
  readonly folder: string;
  readonly now: () => Date;
  readonly onFinished: (id: string) => void;
}

const logBytes = 50 * 1024 * 1024;
const segmentBytes = 10 * 1024 * 1024;
const fileBytes = 1024 * 1024;
const graceMs = 7500;
const processes = 1024;

/** One program run to its end, by this agent or begun by an earlier one. */
export class Task {
  readonly id: string;
  readonly log: LogStore;
  readonly finished: Promise<void>;
  record: TaskRecord;
  private readonly context: TaskContext;
  private readonly folder: string;
  private program: Program | undefined;
  private pump: OutputPump | undefined;
  private timer: NodeJS.Timeout | undefined;
  private saving: Promise<void> = Promise.resolve();
  private settle: () => void = () => undefined;

  constructor(context: TaskContext, record: TaskRecord) {
    this.context = context;
    this.record = record;
    this.id = record.spec.id;
    this.folder = path.join(context.folder, this.id);
    const segments = Math.ceil(logBytes / segmentBytes) + 1;
    this.log = openLogStore({ folder: path.join(this.folder, 'log'), segmentBytes, segments });
    this.finished = new Promise((resolve) => {
      this.settle = resolve;
    });
    if (record.result.state === 'finished') this.close();
  }

  get result(): TaskResult {
    return this.record.result;
  }

  private get exitFile(): string {
    return path.join(this.folder, 'exit');
  }

  /** Starts it, or takes up what an earlier agent began. Nothing is started a second time. */
  async begin(): Promise<void> {
    if (this.result.state === 'finished') return;
    const found = this.findProcess();
    if (found !== undefined) {
      const ended = this.context.ends.ofAdopted(found);
      this.follow({ identity: found, cgroup: { folders: this.record.cgroup }, ended });
    } else if (existsSync(`${this.exitFile}.started`)) {
      this.startPump();
      await this.finish({});
    } else {
      await this.start();
    }
  }

  /** Ends it: SIGTERM to all of its processes, SIGKILL after 7.5 s. */
  async end(ending: 'timeout' | 'cancelled'): Promise<void> {
    if (this.result.state === 'finished' || this.record.ending !== undefined) return;
    this.record = { ...this.record, ending };
    await this.save();
    if (this.program !== undefined) await stopProgram(this.program, graceMs);
  }

  /** Lets the program go on without this agent. */
  abandon(): void {
    clearTimeout(this.timer);
    this.pump?.close();
    this.log.finish();
  }

  private findProcess() {
    const { process: known } = this.record;
    const { bootId } = this.context;
    if (known !== undefined) return isAlive(known, bootId) ? known : undefined;
    const pid = listProcesses().find((one) => readMarker(one, unitMarker) === this.id);
    return pid === undefined ? undefined : identify(pid, bootId);
  }

  private async start(): Promise<void> {
    const { spec } = this.record;
    const { sandbox, bootId, ends } = this.context;
    const account = await sandbox.accounts.open(spec.owner);
    const output = openForProgram(path.join(this.folder, 'out'));
    try {
      const { volume, memoryMiB, cpu } = spec;
      const launched = await launch(sandbox, {
        name: `task-${this.id}`,
        account,
        command: spec.command,
        directory: spec.directory,
        env: { ...spec.env, [unitMarker]: this.id },
        limits: { memoryMiB, cpu, processes },
        ...(volume === undefined ? {} : { volume }),
        stdio: ['ignore', output, output],
        exitFile: this.exitFile,
      });
      const ended = ends.ofChild(launched.child);
      const identity = identify(launched.pid, bootId) ?? {
        pid: launched.pid,
        startTime: 0,
        bootId,
      };
      this.record = { ...this.record, process: identity, cgroup: [...launched.cgroup.folders] };
      this.follow({ identity, cgroup: launched.cgroup, ended });
      await this.save();
    } finally {
      closeSync(output);
    }
  }

  private startPump(): void {
    this.pump = startOutputPump({
      file: path.join(this.folder, 'out'),
      stream: 'out',
      instance: this.id,
      store: this.log,
      fallocate: this.context.sandbox.tools.fallocate,
      bytesPerSecond: undefined,
      storeLimit: logBytes,
      now: this.context.now,
    });
  }

  private follow(started: Program): void {
    const { sandbox } = this.context;
    const program = watchMemory(sandbox, started, this.record.spec.memoryMiB);
    this.program = program;
    this.startPump();
    const begun = Date.parse(this.result.startedAt);
    const left = begun + this.record.spec.timeoutMs - this.context.now().getTime();
    this.timer = setTimeout(() => void this.end('timeout'), Math.max(0, left));
    if (this.record.ending !== undefined) void stopProgram(program, graceMs);
    program.ended.then((end) => this.finish(end)).catch(() => undefined);
  }

  private async finish(end: ProgramEnd): Promise<void> {
    clearTimeout(this.timer);
    const outOfMemory = this.program !== undefined && ranOutOfMemory(this.program);
    if (this.program !== undefined) await killProgram(this.program);
    this.pump?.finish();
    const { spec, ending, result } = this.record;
    const exitCode = this.readExitCode();
    const ended = ending ?? (outOfMemory && exitCode !== 0 ? 'out-of-memory' : undefined);
    const lost = exitCode === undefined && end.code === undefined && end.signal === undefined;
    const why = ended ?? (lost ? 'agent-restarted' : undefined);
    this.record = {
      ...this.record,
      result: {
        ...result,
        state: 'finished',
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(exitCode === undefined && end.signal !== undefined ? { signal: end.signal } : {}),
        ...(why === undefined ? {} : { ended: why }),
        files: readFiles(spec.files),
        finishedAt: this.context.now().toISOString(),
      },
    };
    await this.save();
    if (spec.scratch !== undefined) await rm(spec.scratch, { recursive: true, force: true });
    this.close();
    this.context.onFinished(this.id);
  }

  /** Written in one piece with its line's end; without it, it is not there yet. */
  private readExitCode(): number | undefined {
    try {
      const text = readFileSync(this.exitFile, 'latin1');
      return text.endsWith('\n') ? Number(text) : undefined;
    } catch {
      return undefined;
    }
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
