import { agentArchive } from '../drivers/runtime/agent/agent-archive.ts';
import { agentImageBuilder } from '../drivers/runtime/agent/agent-image-builder.ts';
import { agentSteps } from '../drivers/runtime/agent/agent-steps.ts';
import { systemClock } from '../kernel/clock.ts';
import {
  createCollectReconciler,
  createRunReconciler,
  deliveryService,
  postgresDeliveryQueries,
  postgresDeliveryStore,
  postgresRunStore,
  pushProgress,
  RunCancellation,
  type RunListener,
  releaseGate,
  runLog,
  type StepRunners,
  workflowPipeline,
} from '../modules/delivery/index.ts';
import type { Foundation, Upwards } from './foundation.ts';
import type { Ground } from './ground-floor.ts';
import type { PolicyRoom } from './policy-room.ts';
import type { RuntimeRoom } from './runtime-room.ts';

/** Pipelines, releases, promotion, previews. */
export function deliveryRoom(
  foundation: Foundation,
  ground: Ground,
  runtime: RuntimeRoom,
  { gate, goldenPaths }: PolicyRoom,
  upwards: Upwards,
) {
  const { db, platform, portalUrl, routerPort, capabilities } = foundation;
  const { git, agent, feed, catalog, catalogQueries } = ground;
  const queries = postgresDeliveryQueries(db);
  const store = postgresDeliveryStore();
  const listener: RunListener = {
    runChanged: async (tx, component) => upwards.paths?.wake(tx, component),
  };
  const service = deliveryService({
    ...{ store, catalog, git, platform, listener },
    runtime: runtime.service,
    clock: systemClock,
  });
  const archive = agentArchive({ agent, gitDirectory: git.directory });
  const repositoryUrl = (component: string) => `${portalUrl}/git/${component}.git`;
  const images = agentImageBuilder({ agent, repositoryUrl });
  const runStore = postgresRunStore(db);
  const runners = stepRunners(ground);
  const pipeline = workflowPipeline({ store: runStore, runners, capabilities, portalUrl });
  const cancellation = new RunCancellation(db);
  const reconcilers = [
    createRunReconciler({
      ...{ db, queries, store, service, git, platform, pipeline, archive, images },
      ...{ cancellation, gate },
      goldenPaths,
      catalog: catalogQueries,
    }),
    createCollectReconciler({ db, queries, store, runtime: runtime.queries, archive, platform }),
  ];
  const progress = pushProgress({
    ...{ queries, feed, platform, portalUrl, routerPort },
    runtime: runtime.queries,
  });
  const logs = runLog({ store: runStore, queries, feed, archive, images });
  const refuse = releaseGate({ gate, git, catalog: catalogQueries });
  const facts = { queries, store, service, archive, images, cancellation, progress, reconcilers };
  return { ...facts, runLog: logs, releaseGate: refuse };
}

/** Steps run as tasks of the agent, for the team that owns the component. */
const stepRunners = ({ agent, git }: Ground): StepRunners => ({
  forRun: ({ component }, team) =>
    agentSteps({
      agent,
      owner: { team, component },
      gitDirectory: git.directory(component),
      resolve: async (ref) => resolveRef(await git.branches(component), ref),
    }),
});

/** A branch by its short or full name, or a commit as it is. */
function resolveRef(branches: ReadonlyMap<string, string>, ref: string): string | undefined {
  return (
    branches.get(ref.replace(/^refs\/heads\//, '')) ??
    (/^[0-9a-f]{40}$/.test(ref) ? ref : undefined)
  );
}

export type DeliveryRoom = ReturnType<typeof deliveryRoom>;
