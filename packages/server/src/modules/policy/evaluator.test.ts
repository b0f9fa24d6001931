import { PlatformFile } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditFacts } from './audit-evaluation.ts';
import { type Evaluator, evaluatorHere } from './evaluator.ts';
import { evaluatorInThread } from './evaluator-thread.ts';
import { builtWorker } from './testing/built-worker.ts';
import { guardrailOf, placedIn, regionGuardrail } from './testing/placed.ts';

const now = new Date('2026-03-01T12:00:00Z');
const signal = new AbortController().signal;
const facts = (mode: 'warn' | 'enforce' = 'enforce'): AuditFacts => ({
  version: mode,
  platform: PlatformFile.parse({}),
  guardrails: [guardrailOf(regionGuardrail(mode))],
  goldenPaths: [],
  exceptions: [],
});
const batch = [
  placedIn('shop', 'mars'),
  placedIn('pay', 'eu'),
  placedIn('shop', 'mars', 'staging'),
];

let worker: Awaited<ReturnType<typeof builtWorker>>;
let evaluators: Readonly<Record<string, Evaluator>>;
beforeAll(async () => {
  worker = await builtWorker();
  evaluators = { here: evaluatorHere(), thread: evaluatorInThread(worker) };
});
afterAll(async () => {
  await evaluators['thread']?.[Symbol.asyncDispose]();
  await worker[Symbol.asyncDispose]();
});

const evaluate = (which: string, ...asked: Parameters<Evaluator['evaluate']>) =>
  (evaluators[which] as Evaluator).evaluate(...asked);

describe.each(['here', 'thread'])('guardrails over many placements, evaluated %s', (which) => {
  test('give all that does not pass, and at how many each has looked', async () => {
    const audited = await evaluate(which, facts(), batch, now, signal);

    expect(audited.looked).toEqual({ 'own-region': 3 });
    expect(audited.verdicts.map(({ subject, state }) => `${subject} ${state}`)).toEqual([
      'shop.prod deny',
      'shop.staging deny',
    ]);
  });

  test('follow the facts when these change, and back', async () => {
    for (const [mode, state] of [
      ['warn', 'warn'],
      ['enforce', 'deny'],
    ] as const) {
      const audited = await evaluate(which, facts(mode), batch.slice(0, 1), now, signal);

      expect(audited.verdicts).toMatchObject([{ state }]);
    }
  });

  test('several batches at once get each its own answer', async () => {
    const answers = await Promise.all(
      batch.map((one) => evaluate(which, facts(), [one], now, signal)),
    );

    expect(answers.map(({ verdicts }) => verdicts.length)).toEqual([1, 0, 1]);
  });

  test('who is told to stop before beginning does not begin', async () => {
    await expect(
      evaluate(which, facts(), batch, now, AbortSignal.abort(new Error('stop'))),
    ).rejects.toThrow('stop');
  });
});

test('a thread that was ended in the middle fails what waits, and the next one answers', async () => {
  const evaluator = evaluatorInThread(worker);
  const stop = new AbortController();
  const many = Array.from({ length: 400 }, (_, index) => placedIn(`shop-${index}`, 'mars'));
  const running = evaluator.evaluate(facts(), many, now, stop.signal);
  stop.abort(new Error('the server is stopping'));
  await expect(running).rejects.toThrow('the server is stopping');

  expect(await evaluator.evaluate(facts(), batch, now, signal)).toMatchObject({
    looked: { 'own-region': 3 },
  });
  await evaluator[Symbol.asyncDispose]();
});
