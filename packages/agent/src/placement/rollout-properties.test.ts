import type { DesiredPlacement } from '@pltf/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  calm,
  change,
  crash,
  endReleaseTask,
  failure,
  proceed,
  type Simulation,
  settle,
  simulate,
  want,
} from '../testing/rollout-simulation.ts';
import { wish } from '../testing/sample-programs.ts';
import { withCohort, withInstance } from './apply-step.ts';
import type { InstanceRecord } from './placement-record.ts';

const release = (number: number) => ({
  id: `rel_${number}`,
  number,
  digest: `sha256:${String(number).padStart(64, '0')}`,
  commit: String(number).padStart(40, '0'),
});

/** What can happen, in terms that always apply: numbers choose among what there is. */
type Event =
  | {
      readonly is: 'wish';
      readonly number: number;
      readonly instances: number;
      readonly restart: boolean;
      readonly stopped: boolean;
    }
  | { readonly is: 'proceed' | 'crash' | 'sicken'; readonly pick: number }
  | { readonly is: 'prepared' | 'give-up' | 'command-done' | 'command-failed' }
  | { readonly is: 'time'; readonly ms: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('wish' as const),
      number: fc.integer({ min: 1, max: 4 }),
      instances: fc.integer({ min: 1, max: 3 }),
      restart: fc.boolean(),
      stopped: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
    }),
  },
  { weight: 6, arbitrary: fc.record({ is: fc.constant('proceed' as const), pick: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constantFrom('crash' as const, 'sicken' as const),
      pick: fc.nat(20),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ is: fc.constantFrom('prepared' as const, 'command-done' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constantFrom('give-up' as const, 'command-failed' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('time' as const),
      ms: fc.integer({ min: 1, max: 70_000 }),
    }),
  },
);

interface Kind {
  readonly volume: boolean;
  readonly serves: boolean;
  readonly command: boolean;
}

const kind = fc.record({ volume: fc.boolean(), serves: fc.boolean(), command: fc.boolean() });

function desired(
  kinds: Kind,
  revision: number,
  wished: Extract<Event, { is: 'wish' }>,
  restarts: number,
) {
  const run: Partial<DesiredPlacement['run']> = {
    serves: kinds.serves,
    ...(kinds.volume ? { volume: 'data' } : {}),
    ...(kinds.command ? { releaseCommand: ['migrate'] } : {}),
  };
  const state = wished.stopped ? 'stopped' : 'running';
  return wish(revision, {
    release: release(wished.number),
    instances: wished.instances,
    state,
    restarts,
    run,
  });
}

const alive = ({ state }: InstanceRecord) => state !== 'exited' && state !== 'backoff';

/** True at every moment, whatever happens. */
function checkAlways(simulation: Simulation, kinds: Kind): void {
  const { record } = simulation;
  if (record === undefined) return;
  const states = new Map(record.instances.map((one) => [one.id, one.state]));
  for (const id of record.routed) {
    expect(['healthy', 'unhealthy']).toContain(states.get(id));
  }
  const open = record.desired.state === 'running';
  const serving = record.instances.filter(({ cohort }) => cohort === record.serving);
  if (open && !kinds.volume && serving.some(({ state }) => state === 'healthy')) {
    expect(record.routed.length).toBeGreaterThan(0);
  }
  if (kinds.volume) expect(record.instances.filter(alive).length).toBeLessThanOrEqual(1);
  if (record.heldSince !== undefined) expect(kinds.volume).toBe(true);
  const commands = record.cohorts.filter(({ releaseTask }) => releaseTask === 'running');
  expect(commands.length).toBeLessThanOrEqual(1);
}

/** True when everything under way has gone well and nothing more happens. */
function checkAtRest(simulation: Simulation, kinds: Kind): void {
  const { record } = simulation;
  if (record === undefined) return;
  const { desired: wished, instances, rollout, serving, target, cohorts } = record;
  expect(rollout?.finishedAt).toBeDefined();
  expect(record.heldSince).toBeUndefined();
  if (wished.state === 'stopped') {
    expect(instances).toEqual([]);
    return;
  }
  const failed = cohorts.find(({ id }) => id === target)?.failure !== undefined;
  if (failed && serving === undefined) {
    expect(instances).toEqual([]);
    return;
  }
  if (!failed) expect(serving).toBe(target);
  const own = instances.filter(({ cohort }) => cohort === serving);
  expect(own.map(({ state }) => state)).toEqual(
    Array.from({ length: kinds.volume ? 1 : wished.instances }, () => 'healthy'),
  );
  expect(new Set(record.routed)).toEqual(new Set(own.map(({ id }) => id)));
  const others = instances.filter(({ cohort }) => cohort !== serving);
  expect(others.every(({ state }) => state === 'warm')).toBe(true);
  expect(new Set(others.map(({ cohort }) => cohort)).size).toBeLessThanOrEqual(1);
  if (kinds.volume || !kinds.serves) expect(others).toEqual([]);
}

function happen(simulation: Simulation, given: Event): void {
  const { record } = simulation;
  if (record === undefined) return;
  if (given.is === 'time') {
    simulation.now += given.ms;
    settle(simulation);
  } else if (given.is === 'prepared' || given.is === 'give-up') {
    const target = record.cohorts.find(({ id }) => id === record.target);
    if (given.is === 'prepared')
      change(simulation, (now) => withCohort(now, now.target, { prepared: true }));
    else if (target?.established === false)
      change(simulation, (now) => withCohort(now, now.target, { failure }));
  } else if (given.is === 'command-done' || given.is === 'command-failed') {
    const running = record.cohorts.find(({ releaseTask }) => releaseTask === 'running');
    if (running !== undefined) endReleaseTask(simulation, running.id, given.is === 'command-done');
  } else if ('pick' in given) {
    const chosen = record.instances[given.pick % Math.max(1, record.instances.length)];
    if (chosen === undefined) return;
    if (given.is === 'proceed') change(simulation, proceed(chosen));
    else if (given.is === 'crash') change(simulation, crash(chosen.id, simulation.now));
    else if (chosen.state === 'healthy') {
      change(simulation, (now) => withInstance(now, chosen.id, { state: 'unhealthy' }));
    }
  }
}

function play(kinds: Kind, events: readonly Event[]): Simulation {
  const first = { is: 'wish', number: 1, instances: 1, restart: false, stopped: false } as const;
  const simulation = simulate(desired(kinds, 1, first, 0));
  let revision = 1;
  let restarts = 0;
  for (const given of events) {
    if (given.is === 'wish') {
      revision += 1;
      restarts += given.restart ? 1 : 0;
      want(simulation, desired(kinds, revision, given, restarts));
    } else happen(simulation, given);
    checkAlways(simulation, kinds);
  }
  return simulation;
}

test('whatever happens, traffic goes only to what answers, and it comes to rest as wished', () => {
  fc.assert(
    fc.property(kind, fc.array(event, { maxLength: 60 }), (kinds, events) => {
      const simulation = play(kinds, events);
      calm(simulation);
      checkAlways(simulation, kinds);
      checkAtRest(simulation, kinds);
    }),
    { numRuns: 1500 },
  );
});

test('no release command that succeeded runs again', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const kinds = { volume: false, serves: true, command: true };
      const wanted = events.filter(({ is }) => is !== 'command-failed');
      const simulation = play(kinds, wanted);
      calm(simulation);
      expect(new Set(simulation.commands).size).toBe(simulation.commands.length);
    }),
    { numRuns: 300 },
  );
});

test('a removal at any moment ends with nothing', () => {
  fc.assert(
    fc.property(kind, fc.array(event, { maxLength: 40 }), (kinds, events) => {
      const simulation = play(kinds, events);
      change(simulation, (record) => ({ ...record, removing: true }));
      calm(simulation);
      expect(simulation.record).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});

test('a record read back from disk at any moment leads to the same rest', () => {
  fc.assert(
    fc.property(kind, fc.array(event, { maxLength: 40 }), (kinds, events) => {
      const simulation = play(kinds, events);
      simulation.record = JSON.parse(JSON.stringify(simulation.record));
      settle(simulation);
      calm(simulation);
      checkAtRest(simulation, kinds);
    }),
    { numRuns: 300 },
  );
});
