import type { DesiredPlacement } from '@pltf/contracts';
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
import type { PlacementRecord } from './placement-record.ts';

const release = (number: number) => ({
  id: `rel_${number}`,
  number,
  digest: `sha256:${String(number).padStart(64, '0')}`,
  commit: String(number).padStart(40, '0'),
});

const wanted = (revision: number, number: number, more: Partial<DesiredPlacement> = {}) => {
  const { run, ...rest } = more;
  return wish(revision, { release: release(number), ...rest, ...(run && { run }) });
};

const record = (simulation: Simulation): PlacementRecord => {
  if (simulation.record === undefined) throw new Error('the placement is gone');
  return simulation.record;
};
const states = (simulation: Simulation) => record(simulation).instances.map(({ state }) => state);
const done = (simulation: Simulation) => simulation.steps.map((step) => step.do);
const prepared = (simulation: Simulation) =>
  change(simulation, (now) => withCohort(now, now.target, { prepared: true }));
const move = (simulation: Simulation, state: string) => {
  for (const instance of record(simulation).instances.filter((one) => one.state === state)) {
    change(simulation, proceed(instance));
  }
};
const running = (number: number, more: Partial<DesiredPlacement> = {}) => {
  const simulation = simulate(wanted(1, number, more));
  calm(simulation);
  simulation.steps.length = 0;
  return simulation;
};

test('a first rollout starts the wanted number, and traffic begins when all of them are healthy', () => {
  const simulation = simulate(wanted(1, 1, { instances: 2 }));
  prepared(simulation);
  expect(states(simulation)).toEqual(['starting', 'starting']);
  const [first] = record(simulation).instances;
  if (first !== undefined) change(simulation, proceed(first));
  expect(record(simulation).routed).toEqual([]);

  move(simulation, 'starting');

  expect(record(simulation).routed).toHaveLength(2);
  expect(record(simulation).rollout?.step).toBe('done');
});

test('the old release keeps the traffic until the new one is whole, and then stays warm', () => {
  const simulation = running(1, { instances: 2 });
  const old = record(simulation).routed;
  want(simulation, wanted(2, 2, { instances: 2 }));
  prepared(simulation);
  expect(record(simulation).routed).toEqual(old);

  move(simulation, 'starting');
  expect(record(simulation).routed).not.toEqual(old);
  expect(states(simulation)).toEqual(['draining', 'draining', 'healthy', 'healthy']);
  move(simulation, 'draining');

  expect(states(simulation)).toEqual(['warm', 'warm', 'healthy', 'healthy']);
  expect(record(simulation).rollout?.step).toBe('done');
});

test('going back to the warm release starts nothing and switches at once', () => {
  const simulation = running(1);
  want(simulation, wanted(2, 2));
  calm(simulation);
  simulation.steps.length = 0;

  want(simulation, wanted(3, 1));

  expect(done(simulation).slice(0, 2)).toEqual(['switch', 'drain']);
  expect(done(simulation)).not.toContain('start');
  expect(record(simulation).serving).toBe('c1');
});

test('going back also calls instances from their draining', () => {
  const simulation = running(1);
  want(simulation, wanted(2, 2));
  prepared(simulation);
  move(simulation, 'starting');
  expect(states(simulation)).toEqual(['draining', 'healthy']);

  want(simulation, wanted(3, 1));

  expect(states(simulation)).toEqual(['healthy', 'draining']);
});

test('only one earlier release stays warm, and only for its time', () => {
  const simulation = running(1);
  want(simulation, wanted(2, 2));
  calm(simulation);
  want(simulation, wanted(3, 3));
  calm(simulation);
  const warm = record(simulation).instances.filter(({ state }) => state === 'warm');
  expect(warm.map(({ cohort }) => cohort)).toEqual(['c3']);

  simulation.now += 61_000;
  settle(simulation);
  calm(simulation);

  expect(states(simulation)).toEqual(['healthy']);
});

test('a new release that does not start is given up and the old one was never touched', () => {
  const simulation = running(1);
  const [old] = record(simulation).routed;
  want(simulation, wanted(2, 2));
  prepared(simulation);

  change(simulation, (now) => withCohort(now, now.target, { failure }));
  calm(simulation);

  expect(record(simulation).rollout).toMatchObject({ step: 'rolled-back', reason: failure });
  expect(record(simulation).routed).toEqual([old]);
  expect(states(simulation)).toEqual(['healthy']);
  expect(simulation.steps).not.toContainEqual(expect.objectContaining({ instance: old }));
});

test('a first release that does not start fails and leaves no instance', () => {
  const simulation = simulate(wanted(1, 1));
  prepared(simulation);
  const [instance] = record(simulation).instances;
  change(simulation, crash(instance?.id ?? '', simulation.now));
  expect(states(simulation)).toEqual(['backoff']);
  simulation.now += 1000;
  settle(simulation);

  change(simulation, crash(instance?.id ?? '', simulation.now));
  calm(simulation);

  expect(record(simulation).rollout?.step).toBe('failed');
  expect(record(simulation).instances).toEqual([]);
});

test('the same release is tried anew by a new wish after it failed', () => {
  const simulation = simulate(wanted(1, 1));
  change(simulation, (now) => withCohort(now, now.target, { failure }));
  expect(record(simulation).rollout?.step).toBe('failed');

  want(simulation, wanted(2, 1));
  calm(simulation);

  expect(record(simulation).rollout).toMatchObject({ step: 'done', revision: 2 });
});

test('a newer wish replaces a rollout that is under way', () => {
  const simulation = running(1);
  want(simulation, wanted(2, 2));
  prepared(simulation);
  want(simulation, wanted(3, 3));
  calm(simulation);

  const { serving, cohorts, rollout } = record(simulation);
  expect(cohorts.find(({ id }) => id === serving)?.release.number).toBe(3);
  expect(rollout).toMatchObject({ revision: 3, step: 'done' });
  expect(record(simulation).instances.filter(({ cohort }) => cohort === 'c3')).toEqual([]);
});

test('scaling up adds each instance as it gets healthy, and scaling down drains the youngest', () => {
  const simulation = running(1);
  want(simulation, wanted(2, 1, { instances: 3 }));
  const [, second] = record(simulation).instances;
  if (second !== undefined) change(simulation, proceed(second));
  expect(record(simulation).routed).toHaveLength(2);
  calm(simulation);
  expect(record(simulation).routed).toHaveLength(3);

  want(simulation, wanted(3, 1, { instances: 1 }));

  expect(states(simulation)).toEqual(['healthy', 'draining', 'draining']);
  calm(simulation);
  expect(states(simulation)).toEqual(['healthy']);
});

test('a restart replaces all instances by fresh ones of the same release, none stays warm', () => {
  const simulation = running(1, { instances: 2 });
  const old = record(simulation).instances.map(({ id }) => id);

  want(simulation, wanted(2, 1, { instances: 2, restarts: 1 }));
  calm(simulation);

  expect(
    record(simulation)
      .instances.map(({ id }) => id)
      .some((id) => old.includes(id)),
  ).toBe(false);
  expect(states(simulation)).toEqual(['healthy', 'healthy']);
});

test('the release command runs once per release, after the start and before the traffic', () => {
  const run = { releaseCommand: ['migrate'] } as unknown as DesiredPlacement['run'];
  const simulation = running(1);
  want(simulation, wanted(2, 2, { run }));
  prepared(simulation);
  move(simulation, 'starting');
  expect(simulation.commands).toEqual(['rel_2']);
  expect(record(simulation).serving).toBe('c1');

  endReleaseTask(simulation, record(simulation).target, true);
  calm(simulation);
  want(simulation, wanted(3, 1));
  calm(simulation);
  want(simulation, wanted(4, 2, { run, restarts: 1 }));
  calm(simulation);

  expect(simulation.commands).toEqual(['rel_2']);
  expect(record(simulation).rollout?.step).toBe('done');
});

test('a release command that fails stops the rollout', () => {
  const run = { releaseCommand: ['migrate'] } as unknown as DesiredPlacement['run'];
  const simulation = running(1);
  want(simulation, wanted(2, 2, { run }));
  prepared(simulation);
  move(simulation, 'starting');

  endReleaseTask(simulation, record(simulation).target, false);
  calm(simulation);

  expect(record(simulation)).toMatchObject({ serving: 'c1', rollout: { step: 'rolled-back' } });
  expect(states(simulation)).toEqual(['healthy']);
});

test('two release commands never run at once, also when a wish replaces another', () => {
  const run = { releaseCommand: ['migrate'] } as unknown as DesiredPlacement['run'];
  const simulation = running(1);
  want(simulation, wanted(2, 2, { run }));
  prepared(simulation);
  move(simulation, 'starting');
  want(simulation, wanted(3, 3, { run }));
  prepared(simulation);
  move(simulation, 'starting');
  expect(simulation.commands).toEqual(['rel_2']);

  endReleaseTask(simulation, 'c3', true);

  expect(simulation.commands).toEqual(['rel_2', 'rel_3']);
});

test('a worker is never warm: it would go on working', () => {
  const run = { serves: false } as unknown as DesiredPlacement['run'];
  const simulation = running(1, { run });
  want(simulation, wanted(2, 2, { run }));
  calm(simulation);

  expect(states(simulation)).toEqual(['healthy']);
});

test('beside a volume the old instance ends before the new one starts, with requests held', () => {
  const run = { volume: 'data' } as unknown as DesiredPlacement['run'];
  const simulation = running(1, { run });
  want(simulation, wanted(2, 2, { run }));
  prepared(simulation);

  calm(simulation);

  expect(done(simulation)).toEqual(['hold', 'drain', 'start', 'switch', 'let-go', 'finish']);
  expect(record(simulation).heldSince).toBeUndefined();
});

test('beside a volume the old release starts again when the new one does not', () => {
  const run = { volume: 'data' } as unknown as DesiredPlacement['run'];
  const simulation = running(1, { run });
  want(simulation, wanted(2, 2, { run }));
  prepared(simulation);
  move(simulation, 'draining');
  move(simulation, 'stopping');
  expect(states(simulation)).toEqual(['starting']);

  change(simulation, (now) => withCohort(now, now.target, { failure }));
  calm(simulation);

  expect(record(simulation)).toMatchObject({ serving: 'c1', rollout: { step: 'rolled-back' } });
  expect(record(simulation).heldSince).toBeUndefined();
  expect(record(simulation).routed).toHaveLength(1);
});

test('a crash takes the instance out of traffic at once and starts it again after a pause', () => {
  const simulation = running(1, { instances: 2 });
  const [first, second] = record(simulation).instances;

  change(simulation, crash(first?.id ?? '', simulation.now));
  expect(record(simulation).routed).toEqual([second?.id]);
  simulation.now += 2000;
  settle(simulation);
  calm(simulation);

  expect(record(simulation).routed).toHaveLength(2);
  expect(record(simulation).instances[0]).toMatchObject({ id: first?.id, restarts: 1 });
});

test('the only unhealthy instance keeps the traffic until its replacement is healthy', () => {
  const simulation = running(1);
  const [sick] = record(simulation).instances;

  change(simulation, (now) => withInstance(now, sick?.id ?? '', { state: 'unhealthy' }));
  expect(record(simulation).routed).toEqual([sick?.id]);
  expect(states(simulation)).toEqual(['unhealthy', 'starting']);
  move(simulation, 'starting');
  calm(simulation);

  expect(states(simulation)).toEqual(['healthy']);
  expect(record(simulation).routed).not.toContain(sick?.id);
});

test('one unhealthy of several is out of traffic at once', () => {
  const simulation = running(1, { instances: 2 });
  const [sick, other] = record(simulation).instances;

  change(simulation, (now) => withInstance(now, sick?.id ?? '', { state: 'unhealthy' }));

  expect(record(simulation).routed).toEqual([other?.id]);
});

test('stopping ends the warm ones too, and starting goes back to the same release', () => {
  const simulation = running(1);
  want(simulation, wanted(2, 2));
  calm(simulation);
  want(simulation, wanted(3, 2, { state: 'stopped' }));
  calm(simulation);
  expect(record(simulation)).toMatchObject({
    instances: [],
    routed: [],
    rollout: { step: 'done' },
  });

  want(simulation, wanted(4, 2));
  calm(simulation);

  expect(states(simulation)).toEqual(['healthy']);
});

test('new host names are routed without touching instances', () => {
  const simulation = running(1);
  want(simulation, wanted(2, 1, { hosts: ['shop.localhost', 'www.localhost'] }));

  expect(done(simulation)).toEqual(['route', 'finish']);
  expect(record(simulation).routedHosts).toEqual(['shop.localhost', 'www.localhost']);
});

test('a removal ends everything and then forgets the placement', () => {
  const simulation = running(1);
  want(simulation, wanted(2, 2));
  change(simulation, (now) => ({ ...now, removing: true }));
  calm(simulation);

  expect(simulation.record).toBeUndefined();
});
