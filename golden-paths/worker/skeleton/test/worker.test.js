import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../src/log.js';
import { work, workerName } from '../src/work.js';
import { createWorker } from '../src/worker.js';

/** @type {string[]} */
const lines = [];
const log = createLog((line) => lines.push(line));

test('does its work', async () => {
  await work({ turn: 7, signal: new AbortController().signal, log });

  const { worker, turn } = JSON.parse(lines.at(-1) ?? '{}');
  assert.deepEqual([worker, turn], [workerName, 7]);
});

test('works one turn after the other, and tells of each', async () => {
  const turns = [];
  const worker = createWorker({
    log,
    intervalMs: 1,
    work: async ({ turn }) => {
      turns.push(turn);
    },
    onTurn: async () => {
      if (turns.length === 3) void worker.stop(1000);
    },
  });

  await worker.run();

  assert.deepEqual(turns, [1, 2, 3]);
});

test('tries a turn that failed again, after longer and longer pauses', async () => {
  const times = [];
  const worker = createWorker({
    log,
    intervalMs: 0,
    retryMs: 20,
    work: async ({ turn }) => {
      times.push(performance.now());
      if (turn <= 2) throw new Error('broken on purpose');
      void worker.stop(1000);
    },
  });

  await worker.run();

  assert.ok(times[1] - times[0] >= 18, 'the first pause');
  assert.ok(times[2] - times[1] >= 38, 'the second pause is twice as long');
  assert.ok(lines.some((line) => line.includes('broken on purpose')));
});

test('finishes the turn in hand when it is stopped, and waits for no pause', async () => {
  let finished = false;
  let begin = (/** @type {unknown} */ _value) => {};
  const begun = new Promise((resolve) => {
    begin = resolve;
  });
  const worker = createWorker({
    log,
    intervalMs: 60_000,
    work: async () => {
      begin(undefined);
      await new Promise((resolve) => setTimeout(resolve, 30));
      finished = true;
    },
  });
  const running = worker.run();
  await begun;

  assert.equal(await worker.stop(5000), true);
  await running;
  assert.equal(finished, true);
});

test('gives a turn up that does not end', async () => {
  let end = (/** @type {unknown} */ _value) => {};
  const worker = createWorker({
    log,
    intervalMs: 0,
    work: () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  });
  const running = worker.run();

  assert.equal(await worker.stop(10), false);
  end(undefined);
  await running;
});
