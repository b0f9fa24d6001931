import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { LogLine } from '@pltf/contracts';

export interface LogQuery {
  /** How many of the last lines to begin with. */
  readonly tail: number;
  readonly follow: boolean;
  readonly instance?: string | undefined;
}

/** The kept lines of one placement or task, bounded in size, oldest left out first. */
export interface LogStore {
  append(lines: readonly LogLine[]): void;
  /** Kept lines in order, then new ones as they come; ends by itself without `follow` or after `finish`. */
  read(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine>;
  lastLines(count: number, instance?: string): readonly LogLine[];
  /** No more lines will come: followers are let go. */
  finish(): void;
  readonly bytes: number;
}

export interface LogStoreOptions {
  readonly folder: string;
  readonly segmentBytes: number;
  readonly segments: number;
}

/** A follower that reads slower than a program writes loses the middle, not the agent its memory. */
const followerBacklog = 10_000;

type Follower = (lines: readonly LogLine[] | undefined) => void;

const numberOf = (name: string) => Number(name.split('.')[0]);

/** Lines are kept as JSON, one a line, in numbered files of about the same size. */
export function openLogStore(options: LogStoreOptions): LogStore {
  const { folder, segmentBytes, segments } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const list = () =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ndjson'))
      .sort((left, right) => numberOf(left) - numberOf(right));
  const fileOf = (name: string) => path.join(folder, name);
  const followers = new Set<Follower>();
  let current = list().at(-1) ?? '1.ndjson';
  let size = sizeOf(fileOf(current));
  let earlier = list()
    .slice(0, -1)
    .reduce((sum, name) => sum + sizeOf(fileOf(name)), 0);
  let finished = false;
  endLastLine(fileOf(current));

  const rotate = () => {
    earlier += size;
    current = `${numberOf(current) + 1}.ndjson`;
    size = 0;
    for (const name of list().slice(0, -(segments - 1) || undefined)) {
      earlier -= sizeOf(fileOf(name));
      rmSync(fileOf(name), { force: true });
    }
  };

  const lastLines = (count: number, instance?: string): readonly LogLine[] => {
    let found: LogLine[] = [];
    for (const name of list().reverse()) {
      if (found.length >= count) break;
      const lines = parseLines(readFileSync(fileOf(name), 'utf8'));
      found = [...lines.filter((line) => matches(line, instance)), ...found];
    }
    return count === 0 ? [] : found.slice(-count);
  };

  const follow = async function* (signal: AbortSignal): AsyncGenerator<LogLine> {
    let queue: LogLine[] = [];
    let wake: () => void = () => undefined;
    let ended = finished || signal.aborted;
    const follower: Follower = (lines) => {
      if (ended) return;
      if (lines === undefined) ended = true;
      else queue.push(...lines);
      if (queue.length > followerBacklog) queue = queue.slice(-followerBacklog / 2);
      wake();
    };
    const abort = () => follower(undefined);
    followers.add(follower);
    signal.addEventListener('abort', abort, { once: true });
    try {
      for (;;) {
        const lines = queue;
        queue = [];
        yield* lines;
        if (queue.length > 0) continue;
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      followers.delete(follower);
      signal.removeEventListener('abort', abort);
    }
  };

  return {
    append(lines) {
      if (lines.length === 0) return;
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      appendFileSync(fileOf(current), text, { mode: 0o600 });
      size += Buffer.byteLength(text);
      if (size >= segmentBytes) rotate();
      for (const follower of followers) follower(lines);
    },
    async *read(query, signal) {
      // Nothing is awaited between the two, so no line falls between them.
      const kept = lastLines(query.tail, query.instance);
      const coming = query.follow ? prime(follow(signal)) : undefined;
      yield* kept;
      if (coming === undefined) return;
      for await (const line of coming) if (matches(line, query.instance)) yield line;
    },
    lastLines,
    finish() {
      finished = true;
      for (const follower of followers) follower(undefined);
    },
    get bytes() {
      return earlier + size;
    },
  };
}

/** Runs a generator up to its first wait now, so that it listens from this moment on. */
function prime(generator: AsyncGenerator<LogLine>): AsyncGenerator<LogLine> {
  const first = generator.next();
  return (async function* () {
    try {
      for (let step = await first; step.done !== true; step = await generator.next()) {
        yield step.value;
      }
    } finally {
      await generator.return(undefined);
    }
  })();
}

/** An agent that was killed while it wrote left half a line: the next one must begin on its own. */
function endLastLine(file: string): void {
  const size = sizeOf(file);
  if (size === 0) return;
  const descriptor = openSync(file, 'r+');
  try {
    const last = Buffer.alloc(1);
    readSync(descriptor, last, 0, 1, size - 1);
    if (last[0] !== 10) writeSync(descriptor, '\n', size);
  } finally {
    closeSync(descriptor);
  }
}

const matches = (line: LogLine, instance: string | undefined) =>
  instance === undefined || line.instance === instance;

function parseLines(text: string): readonly LogLine[] {
  const lines: LogLine[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      lines.push(LogLine.parse(JSON.parse(line)));
    } catch {
      // The last line of an agent that was killed while it wrote.
    }
  }
  return lines;
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
