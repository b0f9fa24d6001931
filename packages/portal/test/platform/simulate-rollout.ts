import type { PlacementView, RolloutView } from '@pltf/contracts';
import { commitOf, newId, tell, type World } from './world.ts';

const now = (): string => new Date().toISOString();
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface RolloutRequest {
  readonly placement: PlacementView;
  readonly kind: RolloutView['kind'];
  readonly to: number;
  readonly actor: string;
  readonly why: string | undefined;
  readonly instances?: number;
}

/** Starts a rollout that goes through its stages by itself. */
export function startRollout(
  world: World,
  { placement, kind, to, actor, why, instances }: RolloutRequest,
): RolloutView {
  const rollout: RolloutView = {
    id: newId('ro'),
    placement: placement.id,
    component: placement.component,
    environment: placement.environment,
    kind,
    state: 'running',
    step: 'starting',
    to,
    ...(placement.serving === undefined ? {} : { from: placement.serving.number }),
    requestedBy: actor,
    ...(why === undefined ? {} : { why }),
    startedAt: now(),
  };
  world.rollouts.set(placement.id, [rollout, ...(world.rollouts.get(placement.id) ?? [])]);
  const desired = {
    ...placement.desired,
    release: to,
    instances: instances ?? placement.desired.instances,
    state: kind === 'stop' ? ('stopped' as const) : ('running' as const),
  };
  change(world, placement.id, { desired, phase: 'rolling', rollout });
  tell(world, {
    type: 'rollout-started',
    actor,
    component: placement.component,
    placement: placement.id,
    environment: placement.environment,
    summary: `${kind} #${to} in ${placement.environment}`,
    ...(why === undefined ? {} : { why }),
  });
  void roll(world, rollout, desired);
  return rollout;
}

async function roll(
  world: World,
  first: RolloutView,
  desired: PlacementView['desired'],
): Promise<void> {
  let rollout = first;
  const put = (next: Partial<RolloutView>): void => {
    rollout = { ...rollout, ...next };
    world.rollouts.set(rollout.placement, [
      rollout,
      ...(world.rollouts.get(rollout.placement) ?? []).slice(1),
    ]);
    change(world, rollout.placement, { rollout });
    tell(world, {
      type: rollout.state === 'running' ? 'rollout-progressed' : 'rollout-finished',
      actor: rollout.requestedBy,
      component: rollout.component,
      placement: rollout.placement,
      environment: rollout.environment,
      summary: `${rollout.kind} #${rollout.to} in ${rollout.environment}: ${rollout.step}`,
    });
  };
  for (const step of ['waiting-healthy', 'switching', 'draining'] as const) {
    await wait(world.settings.stepMs);
    put({ step, ...(step === 'switching' ? { switchedAt: now() } : {}) });
  }
  await wait(world.settings.stepMs);
  const running = desired.state === 'running';
  const component = world.components.get(rollout.component);
  const before = component?.placements.find(({ id }) => id === rollout.placement);
  change(world, rollout.placement, {
    phase: running ? 'running' : 'stopped',
    serving: { number: rollout.to, commit: commitOf(rollout.to) },
    warm:
      rollout.from === undefined || rollout.from === rollout.to
        ? (before?.warm ?? [])
        : [rollout.from],
    asOf: now(),
    instances: running
      ? Array.from({ length: desired.instances }, (_, at) => ({
          id: `${rollout.placement}-r${rollout.to}-${at + 1}`,
          release: rollout.to,
          state: 'healthy',
          pid: 52_000 + at,
          port: 22_000 + at,
          startedAt: now(),
          restarts: 0,
          memoryMiB: 41,
        }))
      : [],
  });
  put({
    state: 'done',
    step: 'done',
    finishedAt: now(),
    traffic: {
      requests: 412,
      errors: 0,
      failures: 0,
      slowestMs: 38,
      p50Ms: 3,
      p95Ms: 21,
      p99Ms: 30,
    },
  });
}

/** Writes facts of a placement into its component. */
export function change(world: World, placement: string, facts: Partial<PlacementView>): void {
  for (const [name, component] of world.components) {
    if (!component.placements.some(({ id }) => id === placement)) continue;
    const placements = component.placements.map((one) =>
      one.id === placement ? { ...one, ...facts } : one,
    );
    const releases = component.releases.map((one) => ({
      ...one,
      placedIn: placements
        .filter(({ serving }) => serving?.number === one.number)
        .map(({ id }) => id),
    }));
    world.components.set(name, { ...component, placements, releases, changedAt: now() });
  }
}
