import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JournalEntry } from '@pltf/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Journal, openJournal } from './journal.ts';

let folder: string;
let journal: Journal;

const open = (sizes: { segmentBytes?: number; segments?: number } = {}) =>
  openJournal({ folder, now: () => new Date(), ...sizes });
const finished = (id: string) => ({ type: 'task-finished', id }) as const;
const idsOf = (entries: readonly JournalEntry[]) =>
  entries.map(({ entry }) => (entry.type === 'task-finished' ? entry.id : entry.type));

async function readAll(from: Journal, after = 0): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of from.read(after, false, new AbortController().signal))
    entries.push(entry);
  return entries;
}

/** Everything appended is on disk when a follower has seen the last of it. */
async function settled(from: Journal): Promise<void> {
  const control = new AbortController();
  for await (const { seq } of from.read(0, true, control.signal)) {
    if (seq === from.lastSequence) control.abort();
  }
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'pltf-journal-'));
  journal = await open();
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true, force: true });
});

test('entries are numbered without gaps and read after a cursor', async () => {
  for (const id of ['a', 'b', 'c', 'd']) journal.append(finished(id));
  await settled(journal);

  expect((await readAll(journal)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(idsOf(await readAll(journal, 2))).toEqual(['c', 'd']);
  expect(await readAll(journal, 4)).toEqual([]);
});

test('a follower sees what is there and then each new entry', async () => {
  journal.append(finished('before'));
  await settled(journal);
  const seen: string[] = [];
  const control = new AbortController();
  const following = (async () => {
    for await (const entry of journal.read(0, true, control.signal)) {
      seen.push(...idsOf([entry]));
      if (seen.length === 3) control.abort();
    }
  })();
  journal.append(finished('one'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  journal.append(finished('two'));
  await following;

  expect(seen).toEqual(['before', 'one', 'two']);
});

test('a later journal goes on with the next number, and old entries are still read', async () => {
  for (let number = 0; number < 600; number += 1) journal.append(finished(`t${number}`));
  await settled(journal);
  await journal.close();

  journal = await open();
  journal.append(finished('next'));
  await settled(journal);

  const entries = await readAll(journal);
  expect(entries.map(({ seq }) => seq)).toEqual(
    Array.from({ length: 601 }, (_, index) => index + 1),
  );
  expect(idsOf(await readAll(journal, 3)).slice(0, 2)).toEqual(['t3', 't4']);
});

test('a line that was being written when the agent was killed is cut off, its number given again', async () => {
  journal.append(finished('whole'));
  await settled(journal);
  await journal.close();
  const [name = ''] = readdirSync(folder);
  appendFileSync(path.join(folder, name), '{"seq":2,"at":"2026-01-01T00:00:00.000Z","ent');

  journal = await open();
  journal.append(finished('after'));
  await settled(journal);

  expect(idsOf(await readAll(journal))).toEqual(['whole', 'after']);
});

test('the oldest entries go when there is too much, and what is left has no gaps', async () => {
  await journal.close();
  journal = await open({ segmentBytes: 5000, segments: 3 });
  for (let number = 0; number < 2000; number += 1) {
    journal.append(finished(`t${number}`));
    if (number % 50 === 0) await settled(journal);
  }
  await settled(journal);

  const entries = await readAll(journal);
  const numbers = entries.map(({ seq }) => seq);
  expect(readdirSync(folder).length).toBeLessThanOrEqual(4);
  expect(numbers.at(-1)).toBe(2000);
  expect(numbers[0]).toBeGreaterThan(1);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
});

test('a cursor beyond the end means that the journal is another one', async () => {
  journal.append(finished('a'));
  await settled(journal);

  await expect(readAll(journal, 5)).rejects.toMatchObject({ code: 'conflict' });
});

test('readers at once each see every entry once, while it is written', async () => {
  const readers = Array.from({ length: 5 }, async () => {
    const control = new AbortController();
    const seen: number[] = [];
    for await (const { seq } of journal.read(0, true, control.signal)) {
      seen.push(seq);
      if (seq === 500) control.abort();
    }
    return seen;
  });
  for (let number = 0; number < 500; number += 1) {
    journal.append(finished(`t${number}`));
    if (number % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  const expected = Array.from({ length: 500 }, (_, index) => index + 1);
  for (const seen of await Promise.all(readers)) expect(seen).toEqual(expected);
});
