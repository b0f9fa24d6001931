import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { type AccessEntry, accessLine, createClockText } from './access-line.ts';
import { LineBuffer, type LinePiece } from './line-buffer.ts';

export interface AccessLogOptions {
  /** The file being written; older ones are `<path>.1` (newest) to `<path>.<keep>`. */
  readonly path: string;
  /** A file that reached this size is rotated. Default 64 MiB. */
  readonly maximumBytes?: number;
  /** How many rotated files are kept. Default 5. */
  readonly keep?: number;
  /** Lines waiting for the disk; more are dropped and counted. Default 4 MiB. */
  readonly maximumWaiting?: number;
  /** How long a line waits for others, in milliseconds. Default 200. */
  readonly flushMs?: number;
}

/** What the log lost and why. */
export interface AccessLogState {
  readonly written: number;
  readonly dropped: number;
  /** Of the last attempt to write; undefined while it works. */
  readonly problem: string | undefined;
}

/**
 * Writes access lines in the background: a request never waits for the disk. When the disk is too slow,
 * lines are dropped, counted, and a line in the log says how many. Writing begins with the first entry.
 */
export class AccessLog implements AsyncDisposable {
  private readonly settings: Required<AccessLogOptions>;
  private readonly clockText = createClockText();
  private readonly waiting: LineBuffer;
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private file: FileHandle | undefined;
  private size = 0;
  private writtenLines = 0;
  private droppedLines = 0;
  private unreported = 0;
  private problem: string | undefined;

  constructor(options: AccessLogOptions) {
    this.settings = {
      maximumBytes: 64 * 1024 ** 2,
      keep: 5,
      maximumWaiting: 4 * 1024 ** 2,
      flushMs: 200,
      ...options,
    };
    this.waiting = new LineBuffer(this.settings.maximumWaiting);
  }

  get state(): AccessLogState {
    return { written: this.writtenLines, dropped: this.droppedLines, problem: this.problem };
  }

  add(entry: AccessEntry): void {
    if (this.waiting.add(accessLine(entry, this.clockText))) this.wake();
    else this.drop(1);
  }

  /** Resolves when everything added so far was written or dropped. */
  async flush(): Promise<void> {
    await this.working;
    this.start();
    await this.working;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    await this.file?.close();
    this.file = undefined;
  }

  private wake(): void {
    this.timer ??= setTimeout(() => this.start(), this.settings.flushMs).unref();
  }

  private start(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.working !== undefined || this.waiting.empty) return;
    this.working = this.writeAll().finally(() => {
      this.working = undefined;
      if (!this.waiting.empty) this.wake();
    });
  }

  private async writeAll(): Promise<void> {
    for (let piece = this.waiting.take(); piece !== undefined; piece = this.waiting.take()) {
      await this.write(piece);
      this.waiting.reuse(piece);
    }
  }

  private async write({ bytes, used, lines }: LinePiece): Promise<void> {
    const reported = this.unreported;
    try {
      const file = await this.fileFor(used);
      await file.appendFile(bytes.subarray(0, used));
      this.size += used;
      this.writtenLines += lines;
      this.problem = undefined;
      if (reported > 0) await this.report(file, reported);
    } catch (error) {
      // A log that cannot be written must not stop traffic; the file is opened anew next time.
      this.problem = error instanceof Error ? error.message : String(error);
      this.drop(lines);
      await this.file?.close().catch(() => undefined);
      this.file = undefined;
    }
  }

  private async report(file: FileHandle, dropped: number): Promise<void> {
    const line = `{"time":"${this.clockText(Date.now())}","dropped":${dropped}}\n`;
    await file.appendFile(line);
    this.size += line.length;
    this.unreported -= dropped;
  }

  private drop(lines: number): void {
    this.droppedLines += lines;
    this.unreported += lines;
  }

  private async fileFor(bytes: number): Promise<FileHandle> {
    const { path, maximumBytes } = this.settings;
    if (this.file !== undefined && this.size > 0 && this.size + bytes > maximumBytes) {
      await this.file.close();
      this.file = undefined;
      await this.rotate();
    }
    if (this.file === undefined) {
      this.file = await open(path, 'a', 0o600);
      this.size = (await this.file.stat()).size;
    }
    return this.file;
  }

  private async rotate(): Promise<void> {
    const { path, keep } = this.settings;
    await rm(`${path}.${keep}`, { force: true });
    for (let number = keep - 1; number >= 0; number--) {
      const from = number === 0 ? path : `${path}.${number}`;
      await rename(from, `${path}.${number + 1}`).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
  }
}
