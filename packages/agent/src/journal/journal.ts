import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { JournalEntry, PltfError } from '@pltf/contracts';
import { syncFolder } from '../files/atomic-file.ts';

/** What happened, in order, durable before anybody reads it. */
export interface Journal {
  append(entry: JournalEntry['entry']): void;
  /** Entries after a number, and with `follow` those to come. */
  read(after: number, follow: boolean, signal: AbortSignal): AsyncGenerator<JournalEntry>;
  readonly lastSequence: number;
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly folder: string;
  readonly now: () => Date;
  /** Oldest entries go, a whole file at a time, when there is more than `segments` files of this size. */
  readonly segmentBytes?: number;
  readonly segments?: number;
}

const recentKept = 256;
const numberOf = (name: string) => Number(name.split('.')[0]);

interface Segments {
  readonly last: number;
  readonly file: string;
}

export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { folder, now, segmentBytes = 4 * 1024 * 1024, segments = 4 } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = mendLast(folder);
  let last = found.last;
  let written = last;
  let file: FileHandle = await open(found.file, 'a', 0o600);
  let size = (await file.stat()).size;
  await syncFolder(folder);
  let recent: JournalEntry[] = [];
  let waiting: JournalEntry[] = [];
  let writing: Promise<void> | undefined;
  const listeners = new Set<() => void>();

  const rotate = async () => {
    await file.close();
    file = await open(path.join(folder, nameOf(last + 1)), 'a', 0o600);
    size = 0;
    for (const name of segmentNames(folder).slice(0, -segments)) {
      rmSync(path.join(folder, name), { force: true });
    }
    await syncFolder(folder);
  };

  const write = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const text = batch.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      await file.write(text);
      await file.datasync();
      size += Buffer.byteLength(text);
      written = batch.at(-1)?.seq ?? written;
      recent = [...recent, ...batch].slice(-recentKept);
      if (size >= segmentBytes && waiting.length === 0) await rotate();
      for (const listener of listeners) listener();
    }
  };

  const entriesAfter = (after: number): readonly JournalEntry[] => {
    const first = recent[0]?.seq;
    if (first !== undefined && first <= after + 1) return recent.filter(({ seq }) => seq > after);
    return readAfter(folder, after).filter(({ seq }) => seq <= written);
  };

  return {
    append(entry) {
      last += 1;
      waiting.push({ seq: last, at: now().toISOString(), entry });
      writing ??= write()
        .catch(() => {
          // The disk is full: what was to be written is still in the placements' own records.
        })
        .finally(() => {
          writing = undefined;
        });
    },
    async *read(after, follow, signal) {
      if (after > last) {
        throw new PltfError('conflict', {
          detail: `The journal ends at ${last}, before ${after}: it was begun anew.`,
          fix: 'Read all placements, then the journal from 0.',
        });
      }
      let cursor = after;
      while (!signal.aborted) {
        const entries = entriesAfter(cursor);
        for (const entry of entries) {
          cursor = entry.seq;
          yield entry;
        }
        if (written > cursor && entries.length > 0) continue;
        if (!follow) return;
        await nextWrite(listeners, signal);
      }
    },
    get lastSequence() {
      return last;
    },
    async close() {
      await writing;
      await file.close();
    },
  };
}

function nextWrite(listeners: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      listeners.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    listeners.add(wake);
    signal.addEventListener('abort', wake, { once: true });
  });
}

const nameOf = (first: number) => `${String(first).padStart(12, '0')}.ndjson`;

function segmentNames(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort((left, right) => numberOf(left) - numberOf(right));
}

/** Cuts off a line that was being written when the agent was killed, and finds the last number. */
function mendLast(folder: string): Segments {
  const name = segmentNames(folder).at(-1);
  if (name === undefined) return { last: 0, file: path.join(folder, nameOf(1)) };
  const file = path.join(folder, name);
  const text = readFileSync(file);
  const whole = text.lastIndexOf(10) + 1;
  if (whole < statSync(file).size) truncateSync(file, whole);
  const entries = parse(text.toString('utf8', 0, whole));
  return { last: entries.at(-1)?.seq ?? numberOf(name) - 1, file };
}

function readAfter(folder: string, after: number): readonly JournalEntry[] {
  const names = segmentNames(folder);
  const start = names.findLastIndex((name) => numberOf(name) <= after + 1);
  for (const name of names.slice(Math.max(0, start))) {
    const entries = parse(readFileSync(path.join(folder, name), 'utf8')).filter(
      ({ seq }) => seq > after,
    );
    if (entries.length > 0) return entries;
  }
  return [];
}

function parse(text: string): readonly JournalEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JournalEntry.parse(JSON.parse(line)));
}
