import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { doPiece, findPieces, jobName } from '../src/job.js';
import { createLog } from '../src/log.js';
import { createResults } from '../src/results.js';
import { createRun, exitCodeOf } from '../src/run.js';

/** @type {string[]} */
const lines = [];
const log = createLog((line) => lines.push(line));
const folder = await mkdtemp(join(tmpdir(), 'job-'));
after(() => rm(folder, { recursive: true, force: true }));

const now = new Date('2026-03-03T03:00:00Z');
const keys = ['a', 'b', 'c'].map((key) => ({ key }));

test('does what is not done yet, the oldest first, and nothing twice', async () => {
  const results = createResults(join(folder, 'twice'));
  const context = { now, catchUpDays: 2, results };
  const pieces = await findPieces(context);

  const outcome = await createRun({ pieces, log, doPiece: (piece) => doPiece(piece, { results }) }).run();

  assert.deepEqual(pieces, [{ key: '2026-03-01' }, { key: '2026-03-02' }]);
  assert.deepEqual(outcome, { done: 2, failed: 0, left: 0 });
  assert.deepEqual(await findPieces(context), []);
});

test('catches up with what an earlier run missed', async () => {
  const results = createResults(join(folder, 'missed'));
  await doPiece({ key: '2026-03-01' }, { results });

  const pieces = await findPieces({ now, catchUpDays: 3, results });

  assert.deepEqual(pieces, [{ key: '2026-02-28' }, { key: '2026-03-02' }]);
});

test('keeps a result whole, and leaves nothing else behind', async () => {
  const own = join(folder, 'whole');
  const results = createResults(own);

  await Promise.all([doPiece({ key: '2026-03-01' }, { results }), results.keep('other', '{}\n')]);

  assert.deepEqual((await readdir(own)).sort(), ['2026-03-01.json', 'other.json']);
  assert.equal(JSON.parse(await readFile(join(own, '2026-03-01.json'), 'utf8')).job, jobName);
  await assert.rejects(async () => results.keep('../outside', ''), /not a key/);
});

test('tries a piece that fails again, then goes on with the others and says so', async () => {
  /** @type {string[]} */
  const tried = [];
  const run = createRun({
    pieces: keys,
    log,
    retryMs: 1,
    doPiece: async ({ key }) => {
      tried.push(key);
      if (key === 'a' && tried.length === 1) throw new Error('once only');
      if (key === 'b') throw new Error('broken on purpose');
    },
  });

  const outcome = await run.run();

  assert.deepEqual(tried, ['a', 'a', 'b', 'b', 'b', 'c']);
  assert.deepEqual(outcome, { done: 2, failed: 1, left: 0 });
  assert.equal(exitCodeOf(outcome), 1);
  const failed = lines.map((line) => JSON.parse(line)).find(({ message }) => message === 'piece failed');
  assert.deepEqual([failed.level, failed.key, failed.tries], ['error', 'b', 3]);
});

test('finishes the piece in hand when it is told to end, and begins no other', async () => {
  /** @type {string[]} */
  const finished = [];
  const run = createRun({
    pieces: keys,
    log,
    doPiece: async ({ key }) => {
      run.stop();
      await new Promise((resolve) => setTimeout(resolve, 5));
      finished.push(key);
    },
  });

  const outcome = await run.run();

  assert.deepEqual(finished, ['a']);
  assert.deepEqual(outcome, { done: 1, failed: 0, left: 2 });
  assert.equal(exitCodeOf(outcome), 75);
});

test('waits for no pause when it is told to end', async () => {
  const run = createRun({
    pieces: keys,
    log,
    retryMs: 60_000,
    doPiece: async () => {
      setTimeout(() => run.stop(), 5);
      throw new Error('broken on purpose');
    },
  });

  assert.deepEqual(await run.run(), { done: 0, failed: 0, left: 3 });
});
