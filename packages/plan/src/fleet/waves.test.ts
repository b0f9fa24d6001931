import { EnvironmentRule, RingRule } from '@pltf/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  accept,
  advance,
  nextStep,
  type Outcome,
  observe,
  planWaves,
  toTakeBack,
  type Wave,
  type WaveCandidate,
} from './index.ts';

const rings = [
  RingRule.parse({ name: 'canary', runtimes: ['edge'], soak: '10m' }),
  RingRule.parse({ name: 'europe', runtimes: ['eu'], soak: '1h', maxFailures: 1, atOnce: 2 }),
  RingRule.parse({ name: 'world', soak: '1ms' }),
];
const environments = ['preview', 'staging', 'prod'].map((name) =>
  EnvironmentRule.parse({ name, kind: name === 'preview' ? 'preview' : 'stable' }),
);
const candidate = (placement: string, change: Partial<WaveCandidate> = {}): WaveCandidate => ({
  placement,
  environment: 'prod',
  runtime: 'us',
  removal: false,
  held: undefined,
  ...change,
});
const start = new Date('2026-05-01T10:00:00Z');
const later = (minutes: number): Date => new Date(start.getTime() + minutes * 60_000);

/** Goes on until nothing is left to do, or something has to be waited for. */
function run(waves: readonly Wave[], now: Date, outcomes: readonly Outcome[] = []) {
  let found = observe(waves, outcomes);
  for (;;) {
    const step = nextStep(found, now);
    found = advance(found, step, now);
    if (step.kind === 'wait' || step.kind === 'halt' || step.kind === 'finish') {
      return { waves: found, step };
    }
  }
}
const done = (placement: string): Outcome => ({ placement, state: 'done' });
const failed = (placement: string): Outcome => ({
  placement,
  state: 'failed',
  reason: 'it crashed',
});

test('placements are in the first ring that takes them, and what no ring takes comes last', () => {
  const two = rings.slice(0, 2);

  const waves = planWaves(two, environments, [
    candidate('c', { runtime: 'eu' }),
    candidate('b'),
    candidate('a', { runtime: 'edge' }),
  ]);

  expect(
    waves.map(({ rule, members }) => [rule.ring, members.map((one) => one.placement)]),
  ).toEqual([
    ['canary', ['a']],
    ['europe', ['c']],
    ['rest', ['b']],
  ]);
});

test('without rings the environments are the waves, in the order of promotion', () => {
  const waves = planWaves([], environments, [
    candidate('a.prod'),
    candidate('a.preview', { environment: 'preview' }),
  ]);

  expect(waves.map(({ rule }) => rule.ring)).toEqual(['preview', 'prod']);
});

test('the next ring begins when the one before has soaked', () => {
  const waves = planWaves(rings, environments, [
    candidate('a', { runtime: 'edge' }),
    candidate('b', { runtime: 'eu' }),
  ]);

  const first = run(waves, start);
  const soaking = run(first.waves, later(1), [done('a')]);
  const early = run(soaking.waves, later(10));
  const passed = run(soaking.waves, later(11));

  expect(soaking.step).toEqual({ kind: 'wait', until: later(11) });
  expect(early.waves[1]?.members[0]?.state).toBe('waiting');
  expect(passed.waves[1]?.members[0]).toMatchObject({ state: 'going', startedAt: later(11) });
});

test('one failure more than a ring bears halts the change, and says where and why', () => {
  const waves = planWaves(rings, environments, [
    candidate('c', { runtime: 'edge' }),
    ...['x', 'y', 'z'].map((name) => candidate(name, { runtime: 'eu' })),
    candidate('w'),
  ]);
  const canary = run(run(run(waves, start).waves, start, [done('c')]).waves, later(10));

  const one = run(canary.waves, later(11), [failed('x')]);
  const two = run(one.waves, later(12), [failed('y')]);

  expect(one.step.kind).toBe('wait');
  expect(two.step).toEqual({
    kind: 'halt',
    wave: 1,
    cause: 'failures',
    reason: 'x, y failed in europe: it crashed',
    placements: ['x', 'y'],
  });
  expect(two.waves[2]?.members[0]?.state).toBe('waiting');
});

test('somebody may accept the failures and go on; one more halts it again, where failures are borne too', () => {
  const waves = planWaves(rings, environments, [
    candidate('a', { runtime: 'edge' }),
    candidate('b', { runtime: 'edge' }),
  ]);
  const bearing = planWaves(
    rings.slice(1),
    environments,
    ['w', 'x', 'y', 'z'].map((name) => candidate(name, { runtime: 'eu' })),
  );
  const going = run(waves, start).waves;
  const halted = run(going, later(1), [failed('a')]);

  const resumed = run(accept(halted.waves), later(2));
  const again = run(resumed.waves, later(3), [failed('b')]);
  const two = run(run(bearing, start).waves, later(1), [failed('w'), failed('x')]);
  const third = run(run(accept(two.waves), later(2)).waves, later(3), [failed('y')]);

  expect(halted.step.kind).toBe('halt');
  expect(resumed.step.kind).toBe('wait');
  expect(again.step).toMatchObject({ kind: 'halt', placements: ['a', 'b'] });
  expect(two.step.kind).toBe('halt');
  expect(third.step).toMatchObject({ kind: 'halt', placements: ['w', 'x', 'y'] });
});

test('who goes on before anything has failed has accepted no failure, and no canary without a success', () => {
  const waves = planWaves(rings, environments, [candidate('a', { runtime: 'edge' })]);
  const going = run(waves, start).waves;

  const failure = run(accept(going), later(1), [failed('a')]);
  const unproved = run(accept(going), later(1), [{ placement: 'a', state: 'back' }]);

  expect(failure.step).toMatchObject({ kind: 'halt', cause: 'failures' });
  expect(unproved.step).toMatchObject({ kind: 'halt', cause: 'unproved' });
});

test('failures that were accepted in one ring are none of the next', () => {
  const waves = planWaves(rings, environments, [
    candidate('a', { runtime: 'edge' }),
    candidate('b', { runtime: 'edge' }),
    candidate('c'),
  ]);
  const first = run(run(waves, start).waves, later(1), [failed('a'), done('b')]);
  const next = run(run(accept(first.waves), later(2)).waves, later(12));

  expect(run(next.waves, later(13), [failed('c')]).step).toMatchObject({ kind: 'halt', wave: 1 });
});

test('one that fails while its wave soaks halts the change too', () => {
  const waves = planWaves(rings, environments, [candidate('a', { runtime: 'edge' })]);
  const soaking = run(run(waves, start).waves, later(1), [done('a')]);

  const { step } = run(soaking.waves, later(5), [failed('a')]);

  expect(step).toMatchObject({ kind: 'halt', placements: ['a'] });
});

test('what takes longer than the deadline has failed', () => {
  const waves = planWaves(rings, environments, [candidate('a', { runtime: 'edge' })]);
  const going = run(waves, start);

  expect(going.step).toEqual({ kind: 'wait', until: later(30) });
  expect(run(going.waves, later(30)).step).toMatchObject({
    kind: 'halt',
    reason: 'a failed in canary: it was not done within 30 minutes',
  });
});

test('a canary in which nothing was tried halts the change, held ones and an empty ring alike', () => {
  const held = planWaves(rings, environments, [
    candidate('a', { runtime: 'edge', held: 'ann holds it' }),
    candidate('b'),
  ]);
  const empty = planWaves(rings, environments, [candidate('b')]);

  for (const waves of [held, empty]) {
    expect(run(waves, start).step).toMatchObject({
      kind: 'halt',
      reason: 'nothing in canary took the change, and it has to be tried there first',
    });
  }
  expect(run(accept(empty), start).step.kind).toBe('wait');
});

test('removals stay within the budget of their wave', () => {
  const waves = planWaves(rings, environments, [
    candidate('a', { runtime: 'edge' }),
    ...Array.from({ length: 6 }, (_, index) =>
      candidate(`gone-${index}`, { runtime: 'edge', removal: true }),
    ),
  ]);

  const unasked = run(accept(waves), start);
  const first = run(waves, start);
  const agreed = run(accept(first.waves), start);

  expect(unasked.step).toMatchObject({ kind: 'halt', cause: 'removals' });

  expect(first.step).toMatchObject({
    kind: 'halt',
    reason: 'canary would take out 6 placements; its budget is 5',
  });
  expect(first.waves[0]?.members.every(({ state }) => state === 'waiting')).toBe(true);
  expect(agreed.waves[0]?.members.every(({ state }) => state === 'going')).toBe(true);
});

test('what is only taken out needs no canary before it', () => {
  const waves = planWaves(rings, environments, [candidate('gone', { removal: true })]);

  expect(waves.map(({ rule }) => rule.ring)).toEqual(['world']);
  expect(run(waves, start).step.kind).toBe('wait');
  expect(toTakeBack(run(waves, start).waves)).toEqual([]);
});

const anyCandidate = fc.record({
  runtime: fc.constantFrom('edge', 'eu', 'us'),
  held: fc.constantFrom(undefined, undefined, undefined, 'held'),
});
const anyOutcome = fc.constantFrom('done', 'done', 'done', 'failed', 'never');

test('whatever happens, rings keep their order and limits, and a change ends, halts or waits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyCandidate, anyOutcome), { minLength: 1, maxLength: 12 }),
      (services) => {
        const fates = new Map(services.map(([, fate], index) => [`s${index}`, fate]));
        let waves = planWaves(
          rings,
          environments,
          services.map(([one], index) => candidate(`s${index}`, one)),
        );
        const startedAt = new Map<string, number>();
        let last = '';
        for (let minute = 0; minute < 400; minute += 5) {
          const now = later(minute);
          const result = run(waves, now);
          waves = result.waves;
          last = result.step.kind;
          for (const { members, rule } of waves) {
            const going = members.filter(({ state }) => state === 'going');
            expect(going.length).toBeLessThanOrEqual(rule.atOnce);
            for (const one of going) startedAt.set(one.placement, one.startedAt?.getTime() ?? 0);
          }
          if (last !== 'wait') break;
          waves = observe(
            waves,
            waves.flatMap(({ members }) =>
              members.flatMap(({ placement, state }): Outcome[] => {
                const fate = fates.get(placement);
                if (state !== 'going' || fate === undefined || fate === 'never') return [];
                return [{ placement, state: fate }];
              }),
            ),
          );
        }
        expect(['finish', 'halt']).toContain(last);
        waves.forEach((wave, index) => {
          const before = waves[index - 1];
          for (const { placement, state } of wave.members) {
            const began = startedAt.get(placement);
            if (state === 'held') expect(began).toBeUndefined();
            if (began === undefined || before === undefined) continue;
            const soaked = (before.settledAt?.getTime() ?? Number.NaN) + before.rule.soakMs;
            expect(began).toBeGreaterThanOrEqual(soaked);
          }
          const failures = wave.members.filter(({ state }) => state === 'failed').length;
          if (wave.passedAt !== undefined)
            expect(failures).toBeLessThanOrEqual(wave.rule.maxFailures);
        });
        if (last === 'finish')
          expect(waves.every(({ passedAt }) => passedAt !== undefined)).toBe(true);
        const back = new Set(toTakeBack(waves));
        expect([...startedAt.keys()].every((placement) => back.has(placement))).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test('a canary that is removed while it has the change proves nothing; one that took it before has', () => {
  const removed: Outcome = { placement: 'a', state: 'held', reason: 'it was removed meanwhile' };
  const candidates = [candidate('a', { runtime: 'edge' }), candidate('b', { runtime: 'eu' })];
  const going = run(planWaves(rings, environments, candidates), start).waves;

  const meanwhile = run(going, later(1), [removed]);
  const took = run(going, later(1), [done('a')]).waves;
  const after = run(took, later(2), [removed]);

  expect(meanwhile.step).toMatchObject({ kind: 'halt', cause: 'unproved' });
  expect(after.step).toMatchObject({ kind: 'wait' });
  expect(after.waves[0]?.members[0]?.state).toBe('done');
});
