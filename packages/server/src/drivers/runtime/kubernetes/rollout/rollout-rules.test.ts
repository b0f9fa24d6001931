import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type WantedChange,
  wantedPlacement,
} from '../../../../modules/runtime/testing/rollout-records.ts';
import {
  calm,
  control,
  type Simulation,
  settle,
  sightOf,
  simulate,
  want,
} from '../testing/rollout-simulation.ts';
import { ended, servingOf } from './rollout-accept.ts';

const releaseCommand = { release: ['node', 'migrate.js'] };
const wanted = (revision: number, release: number, more: WantedChange = {}) =>
  wantedPlacement({ revision, release, ...more });
const running = (more: WantedChange = {}): Simulation => {
  const simulation = simulate(wanted(1, 1, more));
  calm(simulation);
  simulation.steps.length = 0;
  return simulation;
};
const done = ({ steps }: Simulation) => steps.map((step) => step.do);
const breakPods = (simulation: Simulation, template: string) => {
  for (const pod of simulation.pods) if (pod.template === template) pod.state = 'broken';
  settle(simulation);
};
const serves = ({ record }: Simulation) => servingOf(record)?.wanted.desired.release.number;
const ready = ({ pods }: Simulation) =>
  pods.filter(({ state }) => state === 'ready').map(({ template }) => template);

describe('a rollout', () => {
  test('has image, surroundings, release task and workload, one after the other', () => {
    const simulation = simulate(wanted(1, 1, { run: releaseCommand }));

    expect(done(simulation).filter((step) => step !== 'record')).toEqual([
      ...['resolve-image', 'apply-surroundings', 'start-release-task', 'wait'],
    ]);
    expect(simulation.workload).toBeUndefined();
    calm(simulation);

    expect(simulation.record).toMatchObject({ stage: 'done', releaseTasks: ['rel_1'] });
    expect(ready(simulation)).toEqual(['1/0', '1/0']);
  });

  test('goes back when its instances break, and what served before served all the time', () => {
    const simulation = running();
    want(simulation, wanted(2, 2));
    expect(ready(simulation)).toEqual(['1/0', '1/0']);

    breakPods(simulation, '2/0');
    calm(simulation);

    expect(simulation.record).toMatchObject({ stage: 'rolled-back', reason: { code: 'crash' } });
    expect(serves(simulation)).toBe(1);
    expect(ready(simulation)).toEqual(['1/0', '1/0']);
  });

  test('is not late while the cluster has not come to it, and is late from then on', () => {
    const simulation = running();
    const later = (minutes: number) => {
      simulation.now += minutes * 60_000;
      settle(simulation);
    };
    simulation.clusterBusy = true;
    want(simulation, wanted(2, 2));

    for (let minute = 0; minute < 30; minute += 1) later(1);
    const busy = simulation.record.stage;
    simulation.clusterBusy = false;
    later(1);
    const looked = simulation.record.stage;
    later(10);

    expect([busy, looked]).toEqual(['healthy', 'healthy']);
    expect(simulation.record.stage).not.toBe('healthy');
    expect(serves(simulation)).toBe(1);
  });

  test('leaves no instance when there is nothing to go back to', () => {
    const simulation = simulate(wanted(1, 1));

    breakPods(simulation, '1/0');
    calm(simulation);

    expect(simulation.record.stage).toBe('failed');
    expect(simulation.pods).toEqual([]);
  });

  test('stays stopped when a release fails that was to start it', () => {
    const simulation = running();
    want(simulation, wanted(2, 1, { stopped: true }));
    calm(simulation);
    want(simulation, wanted(3, 2));

    breakPods(simulation, '2/0');
    calm(simulation);

    expect(simulation.record.stage).toBe('failed');
    expect(simulation.pods).toEqual([]);
  });

  test('is replaced by a newer wish, whatever it was at', () => {
    const simulation = running();
    want(simulation, wanted(2, 2));
    want(simulation, wanted(3, 3));
    calm(simulation);

    expect(simulation.record).toMatchObject({ stage: 'done', from: { number: 1 } });
    expect(ready(simulation)).toEqual(['3/0', '3/0']);
  });

  test('of an older revision changes nothing', () => {
    const simulation = running();
    const before = simulation.record;

    want(simulation, wanted(0, 7));

    expect(simulation.record).toBe(before);
  });

  test('waits for the release task of another release to end', () => {
    const simulation = simulate(wanted(1, 1, { run: releaseCommand }));
    want(simulation, wanted(2, 2, { run: releaseCommand }));
    expect(simulation.taskStarts).toEqual(['rel_1']);

    simulation.jobs.set('release-1-1', 'failed');
    settle(simulation);

    expect(simulation.taskStarts).toEqual(['rel_1', 'rel_2']);
    calm(simulation);
    expect(simulation.record.stage).toBe('done');
  });

  test('whose release task fails has no instance of the new release', () => {
    const simulation = running();
    want(simulation, wanted(2, 2, { run: releaseCommand }));
    simulation.jobs.set('release-2-2', 'failed');
    settle(simulation);
    calm(simulation);

    expect(simulation.record.stage).toBe('rolled-back');
    expect(simulation.workload?.template).toBe('1/0');
    expect(simulation.steps.filter((step) => step.do === 'apply-workload')).toEqual([]);
  });

  test('that somebody holds goes on when it is let go, and the wait does not count', () => {
    const simulation = running();
    want(simulation, wanted(2, 2));
    want(simulation, wanted(2, 2, { paused: true }));
    expect(simulation.workload?.paused).toBe(true);
    simulation.now += 86_400_000;
    settle(simulation);
    expect(simulation.record.stage).toBe('healthy');

    want(simulation, wanted(2, 2));
    expect(simulation.workload?.paused).toBe(false);
    calm(simulation);

    expect(simulation.record.stage).toBe('done');
  });

  test('follows callers that come and go without replacing an instance', () => {
    const simulation = running();
    const caller = { component: 'web', label: 'web', environment: 'prod' };

    want(simulation, { ...wanted(1, 1), callers: [caller] });

    expect(done(simulation)).toEqual(['apply-surroundings', 'wait']);
  });

  test('puts back what is gone', () => {
    const simulation = running();
    Object.assign(simulation, { surroundings: undefined, workload: undefined, pods: [] });

    settle(simulation);
    calm(simulation);

    expect(done(simulation).slice(0, 3)).toEqual(['apply-surroundings', 'apply-workload', 'wait']);
    expect(ready(simulation)).toEqual(['1/0', '1/0']);
    expect(simulation.taskStarts).toEqual([]);
  });
});

type Event =
  | { readonly is: 'wish'; readonly release: number; readonly more: WantedChange }
  | { readonly is: 'ready' | 'break' | 'leave' | 'fail-task' | 'pass-task'; readonly pick: number }
  | { readonly is: 'hold' | 'let-go' | 'delete-all' | 'again' }
  | { readonly is: 'time'; readonly ms: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    is: fc.constant('wish' as const),
    release: fc.integer({ min: 1, max: 4 }),
    more: fc.record({
      instances: fc.integer({ min: 1, max: 3 }),
      restarts: fc.integer({ min: 0, max: 2 }),
      stopped: fc.integer({ min: 0, max: 5 }).map((roll) => roll === 0),
      run: fc.constantFrom({}, releaseCommand),
    }),
  }),
  {
    weight: 5,
    arbitrary: fc.record({
      is: fc.constantFrom('ready', 'break', 'leave', 'fail-task', 'pass-task'),
      pick: fc.nat(20),
    }),
  },
  fc.record({ is: fc.constantFrom('hold', 'let-go', 'delete-all', 'again') }),
  fc.record({ is: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 200_000 }) }),
);

function happen(simulation: Simulation, given: Event): void {
  const { record } = simulation;
  const { wanted: now } = record.current;
  const { desired } = now;
  if (given.is === 'wish') {
    const revision = desired.revision + 1;
    want(simulation, wantedPlacement({ revision, release: given.release, ...given.more }));
  } else if (given.is === 'hold' || given.is === 'let-go') {
    want(simulation, { ...now, desired: { ...desired, paused: given.is === 'hold' } });
  } else if (given.is === 'time') simulation.now += given.ms;
  else if (given.is === 'delete-all') {
    Object.assign(simulation, { surroundings: undefined, workload: undefined, pods: [] });
  } else if (given.is === 'again') {
    // A server was killed: all that it knew is what was written down.
    simulation.record = JSON.parse(JSON.stringify(record));
  } else if ('pick' in given) pick(simulation, given.is, given.pick);
  control(simulation);
  settle(simulation);
}

function pick(simulation: Simulation, is: string, number: number): void {
  const { pods, jobs } = simulation;
  const task = [...jobs].find(([, state]) => state === 'running')?.[0];
  if (is === 'fail-task' || is === 'pass-task') {
    if (task !== undefined) jobs.set(task, is === 'pass-task' ? 'passed' : 'failed');
    return;
  }
  const states =
    is === 'leave' ? ['leaving'] : is === 'ready' ? ['starting'] : ['starting', 'ready'];
  const fitting = pods.filter(({ state }) => states.includes(state));
  const pod = fitting[number % Math.max(1, fitting.length)];
  if (pod === undefined) return;
  if (is === 'leave') simulation.pods = pods.filter((one) => one !== pod);
  else pod.state = is === 'ready' ? 'ready' : 'broken';
}

/** True at every moment, whatever happens. */
function checkAlways(simulation: Simulation): void {
  const { jobs, record, taskStarts, workload } = simulation;
  expect([...jobs.values()].filter((state) => state === 'running').length).toBeLessThanOrEqual(1);
  const passed = record.releaseTasks;
  expect(new Set(passed).size).toBe(passed.length);
  expect(taskStarts).toEqual(expect.arrayContaining(passed));
  const pausedAtRest = workload?.paused === true && record.stage !== 'healthy';
  if (ended.has(record.stage) && sightOf(simulation).workload === 'settled')
    expect(pausedAtRest).toBe(false);
}

test('whatever happens, a rollout comes to its end, and what was good is never lost', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 50 }), (events) => {
      const simulation = simulate(wanted(1, 1));
      let good: number | undefined;
      for (const given of events) {
        happen(simulation, given);
        checkAlways(simulation);
        const { stage } = simulation.record;
        if (stage === 'done' || stage === 'draining') good = serves(simulation);
        else expect(serves(simulation)).toBe(good);
      }
      happen(simulation, { is: 'let-go' });
      for (const pod of simulation.pods) if (pod.state === 'broken') pod.state = 'ready';
      calm(simulation);

      const { record } = simulation;
      expect([...ended]).toContain(record.stage);
      const release = servingOf(record)?.wanted.desired;
      expect(ready(simulation)).toEqual(
        Array.from(
          { length: release?.instances ?? 0 },
          () => `${release?.release.number}/${release?.restarts}`,
        ),
      );
    }),
    { numRuns: 500 },
  );
});

test('no release task that ended well is started again', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 50 }), (events) => {
      const simulation = simulate(wanted(1, 1, { run: releaseCommand }));
      for (const given of events) {
        const before = simulation.taskStarts.length;
        const passed = new Set(simulation.record.releaseTasks);
        happen(simulation, given);
        const started = simulation.taskStarts.slice(before);
        expect(started.filter((release) => passed.has(release))).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});
