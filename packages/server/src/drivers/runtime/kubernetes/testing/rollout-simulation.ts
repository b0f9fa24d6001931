import type { Reason } from '@pltf/contracts';
import type { RolloutRecord, WantedPlacement } from '../../../../modules/runtime/index.ts';
import { accept, type Target, targetOf } from '../rollout/rollout-accept.ts';
import {
  givenUp,
  needsReleaseTask,
  nextStep,
  type RolloutSight,
  type RolloutStep,
  releaseTaskId,
} from '../rollout/rollout-rules.ts';

/** What runs of one template: which release, in which of its restarts. */
interface SimulatedPod {
  readonly template: string;
  state: 'starting' | 'ready' | 'broken' | 'leaving';
}

/** As much of a cluster as a rollout has to do with: objects by their digests, pods, Jobs, and its own Deployment controller. */
export interface Simulation {
  record: RolloutRecord;
  now: number;
  surroundings: string | undefined;
  workload: { digest: string; template: string; replicas: number; paused: boolean } | undefined;
  pods: SimulatedPod[];
  readonly jobs: Map<string, 'running' | 'passed' | 'failed'>;
  /** Releases whose task began, in order. */
  readonly taskStarts: string[];
  readonly steps: RolloutStep[];
  /** The cluster's own controllers do not come to the workload. */
  clusterBusy: boolean;
}

const reason: Reason = { code: 'crash', detail: 'it ended', fix: 'read its log', log: [] };

const templateOf = ({ accepted }: Target): string => {
  const { release, restarts } = accepted.wanted.desired;
  return `${release.number}/${restarts}`;
};
const replicasOf = ({ accepted, stopped }: Target): number =>
  stopped ? 0 : accepted.wanted.desired.instances;
const workloadOf = (target: Target): string =>
  `${templateOf(target)}*${replicasOf(target)}${target.paused ? ' paused' : ''}`;
const aroundOf = ({ accepted }: Target): string => JSON.stringify(accepted.wanted.callers);

export function simulate(wanted: WantedPlacement): Simulation {
  const record = accept(undefined, wanted, { runtime: 'cluster', now: 0 });
  const simulation: Simulation = {
    ...{ record, now: 0, surroundings: undefined, workload: undefined, pods: [] },
    ...{ jobs: new Map(), taskStarts: [], steps: [], clusterBusy: false },
  };
  settle(simulation);
  return simulation;
}

export function want(simulation: Simulation, wanted: WantedPlacement): void {
  const { record, now } = simulation;
  simulation.record = accept(record, wanted, { runtime: 'cluster', now });
  settle(simulation);
}

export function sightOf(simulation: Simulation): RolloutSight {
  const { record, now, surroundings, workload, pods, jobs } = simulation;
  const target = targetOf(record);
  const template = target === undefined ? undefined : templateOf(target);
  const own = pods.filter((pod) => pod.template === template && pod.state !== 'leaving');
  const replicas = target === undefined ? 0 : replicasOf(target);
  const wellOrdered = workload !== undefined && target !== undefined;
  const broken = own.some(({ state }) => state === 'broken');
  const task = releaseTaskId(record);
  return {
    now,
    surroundings: target === undefined || surroundings === aroundOf(target) ? 'settled' : 'due',
    workload:
      target === undefined || (wellOrdered && workload.digest === workloadOf(target))
        ? 'settled'
        : 'due',
    releaseTask: jobs.get(task) ?? 'absent',
    otherReleaseTask: [...jobs].some(([id, state]) => id !== task && state === 'running'),
    ready: own.filter(({ state }) => state === 'ready').length >= replicas,
    unseen: simulation.clusterBusy,
    leaving: pods.length - Math.min(own.length, replicas),
    trouble: broken ? { kind: 'crash', until: now } : undefined,
  };
}

/** Steps until there is nothing to do but to wait. */
export function settle(simulation: Simulation): void {
  for (let count = 0; count < 60; count += 1) {
    const step = nextStep(simulation.record, sightOf(simulation));
    simulation.steps.push(step);
    if (step.do === 'wait') return;
    carryOut(simulation, step);
  }
  throw new Error(`no rest: ${JSON.stringify(simulation.steps.slice(-4).map((one) => one.do))}`);
}

function carryOut(simulation: Simulation, step: RolloutStep): void {
  const { record, now } = simulation;
  const target = targetOf(record);
  if (step.do === 'record') simulation.record = step.record;
  else if (step.do === 'give-up') simulation.record = givenUp(record, reason, now);
  else if (step.do === 'resolve-image') {
    const current = { ...record.current, image: { reference: 'registry/app@sha256:1' } };
    simulation.record = { ...record, current };
  } else if (step.do === 'start-release-task') startTask(simulation);
  else if (target === undefined) throw new Error(`${step.do} without a target`);
  else if (step.do === 'apply-surroundings') simulation.surroundings = aroundOf(target);
  else if (step.do === 'apply-workload') {
    simulation.workload = {
      ...{ digest: workloadOf(target), template: templateOf(target) },
      ...{ replicas: replicasOf(target), paused: target.paused },
    };
    control(simulation);
  }
}

function startTask({ record, jobs, taskStarts }: Simulation): void {
  if (!needsReleaseTask(record)) throw new Error('a release task that nobody asked for');
  const id = releaseTaskId(record);
  if (jobs.has(id)) return;
  jobs.set(id, 'running');
  taskStarts.push(record.current.wanted.desired.release.id);
}

/** The Deployment controller: no instance goes before one that replaces it is ready. */
export function control(simulation: Simulation): void {
  const { workload, pods } = simulation;
  if (workload === undefined) return;
  const { template, replicas, paused } = workload;
  const own = pods.filter((pod) => pod.template === template && pod.state !== 'leaving');
  if (!paused || own.length === pods.length) {
    for (let missing = replicas - own.length; missing > 0; missing -= 1)
      pods.push({ template, state: 'starting' });
  }
  const ready = own.filter(({ state }) => state === 'ready').length;
  for (const extra of own.slice(replicas)) extra.state = 'leaving';
  if (paused) return;
  const others = pods.filter((pod) => pod.template !== template && pod.state !== 'leaving');
  const well = others.filter(({ state }) => state === 'ready');
  for (const one of others) if (one.state !== 'ready') one.state = 'leaving';
  for (const one of well.slice(0, Math.max(0, well.length - (replicas - ready)))) {
    one.state = 'leaving';
  }
}

/** Time goes by, and everything that can end well does. */
export function calm(simulation: Simulation): void {
  for (let round = 0; round < 200; round += 1) {
    for (const [id, state] of simulation.jobs)
      if (state === 'running') simulation.jobs.set(id, 'passed');
    for (const pod of simulation.pods) if (pod.state === 'starting') pod.state = 'ready';
    simulation.pods = simulation.pods.filter(({ state }) => state !== 'leaving');
    simulation.now += 1000;
    control(simulation);
    settle(simulation);
  }
}
