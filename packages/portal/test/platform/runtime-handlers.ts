import type { PlacementView, RolloutView } from '@pltf/contracts';
import { type Asking, actorOf, type TestHandlers } from './handler-types.ts';
import { placementLines, taskLines } from './lines.ts';
import { componentOf, missing, must, paged, placementOf, soon } from './lookup.ts';
import { startRollout } from './simulate-rollout.ts';
import { newId, tell, type World } from './world.ts';

export function runtimeHandlers(
  world: World,
): Pick<
  TestHandlers,
  | 'promote'
  | 'removePreview'
  | 'getPlacement'
  | 'listRollouts'
  | 'getRollout'
  | 'deploy'
  | 'rollback'
  | 'restart'
  | 'scale'
  | 'stop'
  | 'start'
  | 'pauseRollout'
  | 'resumeRollout'
  | 'placementLogs'
  | 'runTask'
  | 'getTask'
  | 'taskLog'
  | 'cancelTask'
> {
  const rollout = (
    kind: Parameters<typeof startRollout>[1]['kind'],
    id: string,
    asking: Asking,
    why: string | undefined,
    to?: number,
    instances?: number,
  ) => {
    const one = placementOf(world, id);
    return startRollout(world, {
      placement: one,
      kind,
      to: to ?? one.desired.release,
      actor: actorOf(asking),
      why,
      ...(instances === undefined ? {} : { instances }),
    });
  };
  return {
    promote: ({ params, body }, asking) => {
      const { placements } = componentOf(world, params.component);
      const from = placements.find(({ environment }) => environment === (body.from ?? 'staging'));
      const to = placements.find(({ environment }) => environment === (body.to ?? 'prod'));
      if (from?.serving === undefined || to === undefined) throw missing('release to promote');
      return rollout('promote', to.id, asking, body.why, from.serving.number);
    },
    removePreview: ({ params }, asking) => {
      const one = placementOf(world, params.placement);
      const held = componentOf(world, one.component);
      world.components.set(held.name, {
        ...held,
        placements: held.placements.filter(({ id }) => id !== one.id),
      });
      tell(world, {
        type: 'placement-removed',
        actor: actorOf(asking),
        component: held.name,
        placement: one.id,
        summary: `Ended the preview ${one.id}`,
      });
      return {};
    },
    getPlacement: ({ params }) => placementOf(world, params.placement),
    listRollouts: ({ params, query }) => paged(world.rollouts.get(params.placement) ?? [], query),
    getRollout: ({ params }) =>
      must(
        [...world.rollouts.values()].flat().find(({ id }) => id === params.id),
        'rollout',
      ),
    deploy: ({ params, body }, asking) =>
      rollout('deploy', params.placement, asking, body.why, body.release),
    rollback: ({ params, body }, asking) =>
      rollout(
        'rollback',
        params.placement,
        asking,
        body.why,
        body.to ?? placementOf(world, params.placement).warm[0],
      ),
    restart: ({ params, body }, asking) => rollout('restart', params.placement, asking, body.why),
    scale: ({ params, body }, asking) =>
      rollout('scale', params.placement, asking, body.why, undefined, body.instances),
    stop: ({ params, body }, asking) => rollout('stop', params.placement, asking, body.why),
    start: ({ params, body }, asking) => rollout('start', params.placement, asking, body.why),
    pauseRollout: ({ params, body }, asking) =>
      hold(world, params.placement, actorOf(asking), {
        ...{ by: actorOf(asking), since: soon(0) },
        ...(body.why === undefined ? {} : { why: body.why }),
      }),
    resumeRollout: ({ params }, asking) =>
      hold(world, params.placement, actorOf(asking), undefined),
    placementLogs: ({ params, query }, { signal }) =>
      placementLines(world, placementOf(world, params.placement), query.tail, query.follow, signal),
    runTask: ({ params, body }, asking) => {
      const task = {
        id: newId('task'),
        placement: params.placement,
        command: body.command ?? [],
        state: 'running' as const,
        requestedBy: actorOf(asking),
        startedAt: soon(0),
      };
      world.tasks.set(task.id, task);
      setTimeout(() => {
        world.tasks.set(task.id, { ...task, state: 'passed', exitCode: 0, finishedAt: soon(0) });
        tell(world, {
          type: 'task-finished',
          actor: actorOf(asking),
          component: placementOf(world, params.placement).component,
          placement: params.placement,
          summary: `Ran ${(body.command ?? []).join(' ')}: exit 0`,
        });
      }, world.settings.stepMs * 2);
      return task;
    },
    getTask: ({ params }) => must(world.tasks.get(params.id), 'task'),
    taskLog: ({ params }) => taskLines(params.id),
    cancelTask: () => ({}),
  };
}

function hold(world: World, id: string, actor: string, held: PlacementView['held']): RolloutView {
  const one = placementOf(world, id);
  const rollout = must(one.rollout, 'rollout');
  if (held === undefined) delete one.held;
  else one.held = held;
  tell(world, {
    ...{ type: 'placement-changed', actor, component: one.component, placement: id },
    summary: held === undefined ? 'goes on' : 'is held',
  });
  return rollout;
}
