import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LogLine } from '@pltf/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LogStore, openLogStore } from './log-store.ts';

let folder: string;
let store: LogStore;

const open = () => openLogStore({ folder, segmentBytes: 10_000, segments: 3 });
const line = (text: string, instance = 'one'): LogLine => ({
  ...{ at: '2026-01-01T00:00:00.000Z', instance, stream: 'out', text },
});
const collect = async (lines: AsyncGenerator<LogLine>) => {
  const found: string[] = [];
  for await (const { text } of lines) found.push(text);
  return found;
};

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pltf-store-'));
  store = open();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the last lines are found again by a later agent, those of one instance too', () => {
  store.append([line('a'), line('b', 'two'), line('c')]);

  const later = open();

  expect(later.lastLines(2).map(({ text }) => text)).toEqual(['b', 'c']);
  expect(later.lastLines(10, 'two').map(({ text }) => text)).toEqual(['b']);
  expect(later.lastLines(0)).toEqual([]);
});

test('the oldest lines go, a file at a time, and the size stays bounded', () => {
  for (let number = 0; number < 2000; number += 1) store.append([line(`line ${number}`)]);

  const kept = store.lastLines(100_000).map(({ text }) => text);
  expect(readdirSync(folder).length).toBeLessThanOrEqual(3);
  expect(store.bytes).toBeLessThanOrEqual(31_000);
  expect(kept.at(-1)).toBe('line 1999');
  expect(kept.length).toBeGreaterThan(200);
  const numbers = kept.map((text) => Number(text.split(' ')[1]));
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
});

test('a follower gets the kept lines, then each new one, then the end', async () => {
  store.append([line('before')]);
  const reading = collect(store.read({ tail: 10, follow: true }, new AbortController().signal));
  await Promise.resolve();
  store.append([line('after 1'), line('after 2')]);
  store.finish();

  expect(await reading).toEqual(['before', 'after 1', 'after 2']);
});

test('a line written while the kept ones are being read is neither lost nor doubled', async () => {
  store.append([line('1'), line('2')]);
  const lines = store.read({ tail: 10, follow: true }, new AbortController().signal);
  const first = await lines.next();
  store.append([line('3')]);
  store.finish();

  expect([(first.value as LogLine).text, ...(await collect(lines))]).toEqual(['1', '2', '3']);
});

test('a follower that goes away is let go', async () => {
  const control = new AbortController();
  const reading = collect(store.read({ tail: 0, follow: true }, control.signal));
  store.append([line('1')]);
  control.abort();
  store.append([line('2')]);

  expect(await reading).toEqual(['1']);
});

test('a follower that does not read holds a bounded part in memory, and gets the newest', async () => {
  const lines = store.read({ tail: 0, follow: true }, new AbortController().signal);
  const first = lines.next();
  store.append([line('first')]);
  await first;
  for (let number = 0; number < 30_000; number += 1) store.append([line(String(number))]);
  store.finish();

  const rest = await collect(lines);
  expect(rest.length).toBeLessThanOrEqual(10_000);
  expect(rest.at(-1)).toBe('29999');
});

test('a line that was being written when the agent was killed is left out', () => {
  store.append([line('whole')]);
  appendFileSync(path.join(folder, '1.ndjson'), '{"at":"2026-01-01T00:00:00.000Z","inst');

  const later = open();
  later.append([line('next')]);

  expect(later.lastLines(10).map(({ text }) => text)).toContain('whole');
  expect(
    open()
      .lastLines(10)
      .map(({ text }) => text),
  ).toContain('next');
});
