import type { DesiredPlacement } from '@pltf/contracts';
import { acceptDesired, withoutUnused } from '../placement/accept-desired.ts';
import {
  applyStep,
  givenUpAs,
  withCohort,
  withInstance,
  withoutInstance,
  withRolloutEnded,
} from '../placement/apply-step.ts';
import type { InstanceRecord, PlacementRecord } from '../placement/placement-record.ts';
import { nextSteps } from '../placement/rollout-rules.ts';
import type { Step } from '../placement/rollout-step.ts';

/** A placement whose programs, router and release commands do what a test says, with time of its own. */
export interface Simulation {
  record: PlacementRecord | undefined;
  now: number;
  readonly steps: Step[];
  /** Release commands begun, by release. */
  readonly commands: string[];
}

export const failure = { code: 'health-timeout', detail: 'late', fix: 'none', log: [] };

/** More passes without rest than this are an endless loop. */
const mostPasses = 60;

export function simulate(desired: DesiredPlacement): Simulation {
  const simulation: Simulation = { record: undefined, now: 1_000_000, steps: [], commands: [] };
  want(simulation, desired);
  return simulation;
}

export function want(simulation: Simulation, desired: DesiredPlacement): void {
  const { record, now } = simulation;
  if (record?.removing === true) return;
  simulation.record = acceptDesired(record, desired, new Date(now));
  settle(simulation);
}

export function change(
  simulation: Simulation,
  patch: (record: PlacementRecord) => PlacementRecord,
): void {
  if (simulation.record === undefined) return;
  simulation.record = patch(simulation.record);
  settle(simulation);
}

/** Takes steps until the rules want nothing more. */
export function settle(simulation: Simulation): void {
  for (let pass = 0; simulation.record !== undefined; pass += 1) {
    if (pass > mostPasses) {
      const recent = simulation.steps.slice(-6).map((step) => JSON.stringify(step));
      throw new Error(`the rules find no rest:\n${recent.join('\n')}`);
    }
    const before = simulation.record;
    const steps = nextSteps(before, simulation.now);
    for (const step of steps) take(simulation, step);
    if (simulation.record !== undefined) simulation.record = withoutUnused(simulation.record);
    if (simulation.record === before) return;
  }
}

function take(simulation: Simulation, step: Step): void {
  const { record, now } = simulation;
  if (record === undefined || step.do === 'wait' || step.do === 'prepare') return;
  simulation.steps.push(step);
  if (step.do === 'forget') simulation.record = undefined;
  else if (step.do === 'overdue') {
    simulation.record = withRolloutEnded(record, 'failed', now, {
      traffic: undefined,
      reason: failure,
    });
  } else if (step.do === 'finish') {
    simulation.record = withRolloutEnded(record, 'done', now, { traffic: undefined });
  } else if (step.do === 'give-up') {
    const reason = record.cohorts.find(({ id }) => id === step.cohort)?.failure;
    const ending = givenUpAs(record, step.cohort);
    simulation.record = withRolloutEnded(record, ending, now, { traffic: undefined, reason });
  } else {
    if (step.do === 'run-release-task') {
      simulation.commands.push(
        record.cohorts.find(({ id }) => id === step.cohort)?.release.id ?? '',
      );
    }
    simulation.record = applyStep(record, step, now);
  }
}

/** What the world does with one instance that waits for it. */
export function proceed(instance: InstanceRecord): (record: PlacementRecord) => PlacementRecord {
  return (record) => {
    const { id, state, after } = instance;
    if (state === 'starting') return withInstance(record, id, { state: 'healthy', healthyAt: 0 });
    if (state === 'stopping') return withoutInstance(record, id);
    if (state === 'draining' && after === 'warm') {
      return withInstance(record, id, { state: 'warm', after: undefined });
    }
    if (state === 'draining')
      return withInstance(record, id, { state: 'stopping', after: undefined });
    return record;
  };
}

/** An instance ends by itself, as the agent's side of instances records it. */
export function crash(id: string, now: number): (record: PlacementRecord) => PlacementRecord {
  return (record) => {
    const instance = record.instances.find((one) => one.id === id);
    if (instance === undefined || instance.state === 'backoff') return record;
    if (['warm', 'draining', 'stopping'].includes(instance.state))
      return withoutInstance(record, id);
    const cohort = record.cohorts.find((one) => one.id === instance.cohort);
    const resting = withInstance(record, id, {
      ...{ state: 'backoff', crashes: instance.crashes + 1, retryAt: now + 1000 },
      ...{ process: undefined, port: undefined },
    });
    if (cohort === undefined || cohort.established) return resting;
    const startFailures = cohort.startFailures + 1;
    return withCohort(resting, cohort.id, {
      startFailures,
      ...(startFailures >= 2 ? { failure } : {}),
    });
  };
}

/** Everything that is under way goes well, until nothing is. */
export function calm(simulation: Simulation): void {
  for (let round = 0; round < 200; round += 1) {
    const { record } = simulation;
    if (record === undefined) return;
    const cohort = record.cohorts.find(
      ({ prepared, failure: failed, id }) =>
        !prepared && failed === undefined && id === record.target,
    );
    const running = record.cohorts.find(({ releaseTask }) => releaseTask === 'running');
    const moving = record.instances.find(({ state }) =>
      ['starting', 'draining', 'stopping'].includes(state),
    );
    if (cohort !== undefined)
      change(simulation, (now) => withCohort(now, cohort.id, { prepared: true }));
    else if (running !== undefined) endReleaseTask(simulation, running.id, true);
    else if (moving !== undefined) change(simulation, proceed(moving));
    else if (record.instances.some(({ state }) => state === 'backoff')) {
      simulation.now += 2000;
      settle(simulation);
    } else return;
  }
  throw new Error('it does not come to rest');
}

export function endReleaseTask(simulation: Simulation, cohort: string, well: boolean): void {
  change(simulation, (record) => {
    const release = record.cohorts.find(({ id }) => id === cohort)?.release.id ?? '';
    if (!well) return withCohort(record, cohort, { releaseTask: 'wanted', failure });
    const done = withCohort(record, cohort, { releaseTask: 'done' });
    return { ...done, releaseTasks: [...record.releaseTasks, release] };
  });
}
