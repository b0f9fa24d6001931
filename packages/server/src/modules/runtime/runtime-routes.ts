import { PltfError } from '@pltf/contracts';
import type { Clock } from '../../kernel/clock.ts';
import { sequenceOf } from '../../kernel/cursor.ts';
import type { HandlersOf, RequestContext } from '../../kernel/request.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { CatalogQueries, Component } from '../catalog/index.ts';
import { evidenceHandlers } from './evidence-routes.ts';
import { execHandlers } from './exec-routes.ts';
import { linesOfRun, masked } from './log-lines.ts';
import { fresh } from './observation/fresh-observation.ts';
import type { ChangeRequest } from './placement/place-request.ts';
import type { Placement } from './placement/placement.ts';
import { lastTurnsOf, placementFacts } from './placement/placement-facts.ts';
import type { RuntimeQueries } from './runtime-queries.ts';
import type { RuntimeService } from './runtime-service.ts';
import { placementView, rolloutView, taskView, type ViewContext } from './runtime-views.ts';
import type { Runtimes } from './runtimes.ts';
import type { Task } from './task.ts';

export interface RuntimeRoutesDependencies {
  readonly db: Db;
  readonly catalog: CatalogQueries;
  readonly queries: RuntimeQueries;
  readonly service: RuntimeService;
  readonly runtimes: Runtimes;
  readonly clock: Clock;
  readonly viewContext: () => ViewContext;
}

type Names =
  | 'getPlacement'
  | 'listRollouts'
  | 'getRollout'
  | 'restart'
  | 'scale'
  | 'stop'
  | 'start'
  | 'pauseRollout'
  | 'resumeRollout'
  | 'placementLogs'
  | 'execCommand'
  | 'getPlacementEvidence'
  | 'runTask'
  | 'getTask'
  | 'taskLog'
  | 'cancelTask';

/** HTTP to domain for placements, their instances, logs and tasks. */
export function runtimeRoutes(dependencies: RuntimeRoutesDependencies): HandlersOf<Names> {
  return {
    ...placementHandlers(dependencies),
    ...changeHandlers(dependencies),
    ...holdHandlers(dependencies),
    ...execHandlers(dependencies, (id, context) => authorized(dependencies, id, context)),
    ...evidenceHandlers(dependencies, (id, context) => authorized(dependencies, id, context)),
    ...taskHandlers(dependencies),
  };
}

/** The placement and its component, once the caller may do this to it. */
export async function authorized(
  { queries, catalog }: Pick<RuntimeRoutesDependencies, 'queries' | 'catalog'>,
  id: string,
  context: RequestContext,
): Promise<{ readonly placement: Placement; readonly component: Component }> {
  const placement = await queries.findPlacement(id);
  const component = placement === undefined ? undefined : await catalog.find(placement.component);
  context.authorize({ ...(component === undefined ? {} : { team: component.owner }), what: id });
  if (placement === undefined || component === undefined) {
    throw new PltfError('not-found', {
      detail: `there is no placement ${id}`,
      fix: '`pltf show NAME` lists those of a service.',
    });
  }
  return { placement, component };
}

function placementHandlers(
  dependencies: RuntimeRoutesDependencies,
): HandlersOf<'getPlacement' | 'listRollouts' | 'getRollout' | 'placementLogs'> {
  const { queries, catalog, runtimes, viewContext } = dependencies;
  return {
    getPlacement: async ({ params }, context) => {
      const { placement, component } = await authorized(dependencies, params.placement, context);
      const rollout = (await queries.latestRollouts([placement.id])).get(placement.id);
      const turns = await lastTurnsOf(queries, component, [placement]);
      const [seen = placement] = await fresh(runtimes, [placement], context.signal);
      return placementView(seen, rollout, placementFacts(seen, component, turns), viewContext());
    },
    listRollouts: async ({ params, query }, context) => {
      await authorized(dependencies, params.placement, context);
      const before = query.cursor === undefined ? undefined : new Date(sequenceOf(query.cursor));
      const rollouts = await queries.rollouts(params.placement, query.limit, before);
      const last = rollouts.length === query.limit ? rollouts.at(-1) : undefined;
      return {
        items: rollouts.map(rolloutView),
        ...(last === undefined ? {} : { next: String(last.startedAt.getTime()) }),
      };
    },
    getRollout: async ({ params }, context) => {
      const rollout = await queries.rollout(params.id);
      const component = await catalog.find(rollout.component);
      context.authorize(component === undefined ? {} : { team: component.owner });
      return rolloutView(rollout);
    },
    placementLogs: async function* ({ params, query }, context) {
      const { placement, component } = await authorized(dependencies, params.placement, context);
      const driver = await runtimes.of(placement);
      const run =
        component.kind === 'job' && driver.schedules !== true
          ? await queries.lastRun(placement.id)
          : undefined;
      const lines =
        run === undefined
          ? driver.logs(params.placement, query, context.signal)
          : linesOfRun(driver.taskLog(run.id, query.follow, context.signal), query);
      yield* masked(lines, component, placement.environment);
    },
  };
}

function changeHandlers(
  dependencies: RuntimeRoutesDependencies,
): HandlersOf<'restart' | 'scale' | 'stop' | 'start'> {
  const { db, service } = dependencies;
  const change = async (
    id: string,
    context: RequestContext,
    request: (placement: Placement) => Omit<ChangeRequest, 'actor'>,
  ) => {
    const { placement } = await authorized(dependencies, id, context);
    const actor = context.actor.name;
    return rolloutView(
      await transact(db, (tx) => service.change(tx, id, { ...request(placement), actor })),
    );
  };
  return {
    restart: ({ params, body }, context) =>
      change(params.placement, context, () => ({
        kind: 'restart',
        restart: true,
        runState: 'running',
        why: body.why,
      })),
    scale: ({ params, body }, context) =>
      change(params.placement, context, () => ({
        kind: 'scale',
        instances: body.instances,
        why: body.why,
      })),
    stop: ({ params, body }, context) =>
      change(params.placement, context, () => ({
        kind: 'stop',
        runState: 'stopped',
        why: body.why,
      })),
    start: ({ params, body }, context) =>
      change(params.placement, context, () => ({
        kind: 'start',
        runState: 'running',
        why: body.why,
      })),
  };
}

function holdHandlers(
  dependencies: RuntimeRoutesDependencies,
): HandlersOf<'pauseRollout' | 'resumeRollout'> {
  const { db, service, runtimes } = dependencies;
  const hold = async (
    id: string,
    context: RequestContext,
    { paused, why }: { readonly paused: boolean; readonly why: string | undefined },
  ) => {
    const { placement } = await authorized(dependencies, id, context);
    if ((await runtimes.of(placement)).holds !== true) {
      throw new PltfError('runtime-cannot', {
        detail: `a rollout of ${id} cannot be held: its runtime replaces instances in seconds`,
        fix: 'Go back with `pltf rollback`; environments on Kubernetes can hold a rollout.',
      });
    }
    const actor = context.actor.name;
    return rolloutView(await transact(db, (tx) => service.hold(tx, id, { paused, actor, why })));
  };
  return {
    pauseRollout: ({ params, body }, context) =>
      hold(params.placement, context, { paused: true, why: body.why }),
    resumeRollout: ({ params, body }, context) =>
      hold(params.placement, context, { paused: false, why: body.why }),
  };
}

function taskHandlers(
  dependencies: RuntimeRoutesDependencies,
): HandlersOf<'runTask' | 'getTask' | 'taskLog' | 'cancelTask'> {
  const { db, queries, catalog, service, runtimes } = dependencies;
  const authorizedTask = async (id: string, context: RequestContext) => {
    const task = await queries.task(id);
    const component = await catalog.find(task.component);
    context.authorize(component === undefined ? {} : { team: component.owner });
    return task;
  };
  /** Also of a task whose placement is gone: where its environment runs. */
  const driverOf = async ({ placement: id }: Task) => {
    const environment = id.slice(id.lastIndexOf('.') + 1);
    const placement = await queries.findPlacement(id);
    return runtimes.of(placement ?? { runtime: undefined, environment });
  };
  return {
    runTask: async ({ params, body }, context) => {
      const { placement, component } = await authorized(dependencies, params.placement, context);
      const { command = [], timeoutMs } = body;
      if (command.length === 0 && component.kind !== 'job') {
        throw new PltfError('bad-request', {
          detail: `${component.name} is a ${component.kind}, which runs all the time: a task of it needs a command`,
          fix: `For example: pltf run ${component.name} -- node migrate.js`,
        });
      }
      const actor = context.actor.name;
      const id = await transact(db, (tx) =>
        service.startTask(tx, { placement, command, timeoutMs, actor }),
      );
      return taskView(await queries.task(id));
    },
    getTask: async ({ params }, context) => taskView(await authorizedTask(params.id, context)),
    taskLog: async function* ({ params, query }, context) {
      const task = await authorizedTask(params.id, context);
      const environment = task.placement.slice(task.placement.lastIndexOf('.') + 1);
      const driver = await driverOf(task);
      const lines = driver.taskLog(params.id, query.follow, context.signal);
      yield* masked(lines, await catalog.find(task.component), environment);
    },
    cancelTask: async ({ params }, context) => {
      const driver = await driverOf(await authorizedTask(params.id, context));
      await driver.cancelTask(params.id);
      return {};
    },
  };
}
