import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LogLine } from '@pltf/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findTools } from '../sandbox/tools.ts';
import { type LogStore, openLogStore } from './log-store.ts';
import { type OutputPump, startOutputPump } from './output-pump.ts';

let folder: string;
let file: string;
let store: LogStore;
let pump: OutputPump | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pltf-logs-'));
  file = path.join(folder, 'program.out');
  store = openLogStore({ folder: path.join(folder, 'kept'), segmentBytes: 1e6, segments: 4 });
});
afterEach(() => {
  pump?.close();
  pump = undefined;
  rmSync(folder, { recursive: true, force: true });
});

interface PumpChoice {
  readonly bytesPerSecond?: number;
  readonly storeLimit?: number;
  readonly fallocate?: string | undefined;
}

const start = (choice: PumpChoice = {}): OutputPump =>
  startOutputPump({
    ...{ file, stream: 'out', instance: 'one', store, now: () => new Date() },
    fallocate: 'fallocate' in choice ? choice.fallocate : findTools([]).fallocate,
    bytesPerSecond: choice.bytesPerSecond,
    storeLimit: choice.storeLimit,
  });

const texts = (lines: readonly LogLine[]) => lines.map(({ text }) => text);
const kept = () => texts(store.lastLines(1_000_000));

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it does not happen');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('lines are kept as they are written, without being asked for', async () => {
  pump = start();
  appendFileSync(file, 'one\ntwo\n');
  await until(() => kept().length === 2);
  appendFileSync(file, 'three\n');
  await until(() => kept().length === 3);

  expect(kept()).toEqual(['one', 'two', 'three']);
});

test('a line without its end is shown after a moment', async () => {
  pump = start();
  appendFileSync(file, 'Password: ');

  await until(() => kept().length === 1);

  expect(kept()).toEqual(['Password: ']);
});

test('a second pump goes on where the first one was left, without loss or doubles', async () => {
  pump = start();
  appendFileSync(file, 'first\nhalf');
  await until(() => kept().length === 1);
  pump.close();
  appendFileSync(file, ' a line\nlast\n');

  pump = start();
  await until(() => kept().length === 3);

  expect(kept()).toEqual(['first', 'half a line', 'last']);
});

test('the end of a program brings the rest', () => {
  pump = start();
  appendFileSync(file, 'a\nb\nc');

  pump.finish();

  expect(kept()).toEqual(['a', 'b', 'c']);
});

test.each([
  ['with holes punched', findTools([]).fallocate],
  ['without fallocate', undefined],
])('a long output takes little space %s, and breaks no line', async (_, fallocate) => {
  pump = start({ fallocate });
  const line = 'x'.repeat(99);
  for (let round = 0; round < 60; round += 1) {
    appendFileSync(file, `${line}\n`.repeat(1000));
    await until(() => kept().length >= Math.min(1, round));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  appendFileSync(file, 'the end\n');
  await until(() => kept().at(-1) === 'the end');

  await until(() => statSync(file).blocks * 512 < 3e6);
  expect(
    kept()
      .slice(0, -1)
      .every((text) => text === line),
  ).toBe(true);
});

test('more than the allowance is left out and said, and the newest lines come through', async () => {
  pump = start({ bytesPerSecond: 100_000 });
  for (let round = 0; round < 20; round += 1) {
    appendFileSync(file, `${'y'.repeat(999)}\n`.repeat(1000));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  appendFileSync(file, 'the end\n');

  await until(() => kept().includes('the end'));

  const lines = store.lastLines(1_000_000);
  expect(lines.some(({ stream, text }) => stream === 'platform' && /left out/.test(text))).toBe(
    true,
  );
  expect(store.bytes).toBeLessThan(2_000_000);
});

test('a task’s output is cut at its limit, once and with a notice', async () => {
  pump = start({ storeLimit: 50_000 });
  appendFileSync(file, 'z'.repeat(99).concat('\n').repeat(5000));
  await until(() => kept().some((text) => text.includes('cut here')));
  appendFileSync(file, 'more\n');
  pump.finish();

  expect(kept().filter((text) => text.includes('cut here'))).toHaveLength(1);
  expect(kept()).not.toContain('more');
});

test('a program that empties its own output is followed from there', async () => {
  pump = start();
  appendFileSync(file, 'old\n');
  await until(() => kept().length === 1);
  truncateSync(file, 0);
  appendFileSync(file, 'n\n');

  await until(() => kept().length === 2);

  expect(kept()).toEqual(['old', 'n']);
  expect(Number(readFileSync(`${file}.at`, 'utf8'))).toBe(2);
});
