import { PltfError } from '@pltf/contracts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { Tx } from '../../persistence/transaction.ts';
import { type CatalogStore, defaultBranch } from '../catalog/index.ts';
import type { GitHost, Push, PushListener } from '../repos/index.ts';
import type { RuntimeService } from '../runtime/index.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { placesOf } from './deploy-rules.ts';
import type { Release } from './release.ts';
import type { Run, RunOutcome } from './run.ts';

export const runReconciler = 'run';
export const collectReconciler = 'collect-releases';

/** Filled from above: who waits for runs to end (creations). */
export interface RunListener {
  runChanged(tx: Tx, component: string): Promise<void>;
}

export interface DeliveryServiceDependencies {
  readonly store: DeliveryStore;
  readonly catalog: CatalogStore;
  readonly runtime: RuntimeService;
  readonly git: GitHost;
  readonly platform: PlatformSource;
  readonly clock: Clock;
  readonly listener: RunListener;
}

export interface DeliveryService extends PushListener {
  /** Another run of the same commit. */
  rerun(tx: Tx, run: Run, actor: string): Promise<string>;
  cancel(tx: Tx, run: Run, actor: string): Promise<void>;
  /** Writes how a run ended; with a release, also where that goes. In one transaction, once. */
  finish(
    tx: Tx,
    run: Run,
    outcome: Omit<RunOutcome, 'release'>,
    built: Built | undefined,
  ): Promise<void>;
}

export interface Built {
  readonly spec: Release['spec'];
  readonly digest: string;
  readonly bytes: number;
  /** False when a newer run of the branch has passed already: the release is kept but not placed. */
  readonly deploy: boolean;
}

export function deliveryService(dependencies: DeliveryServiceDependencies): DeliveryService {
  const { store } = dependencies;
  return {
    pushed: (tx, push) =>
      push.after === undefined
        ? branchGone(dependencies, tx, push)
        : queue(dependencies, tx, push, push.after),
    rerun: async (tx, { component, branch, commit, subject, author }, actor) => {
      const id = newId('run', dependencies.clock.now());
      await create(dependencies, tx, { id, component, branch, commit, subject, author, actor });
      return id;
    },
    cancel: async (tx, run, actor) => {
      await store.requestCancel(tx, run.id);
      tx.tell({
        type: 'run-progressed',
        actor,
        component: run.component,
        run: run.id,
        summary: `Cancelling run ${run.number}`,
      });
      tx.wake(runReconciler, run.id);
    },
    finish: (tx, run, outcome, built) => finish(dependencies, tx, run, outcome, built),
  };
}

async function queue(
  dependencies: DeliveryServiceDependencies,
  tx: Tx,
  push: Push,
  commit: string,
): Promise<void> {
  const facts = await dependencies.git.commitFacts(push.component, commit);
  const id = newId('run', dependencies.clock.now());
  const { component, branch, actor } = push;
  await create(dependencies, tx, {
    id,
    component,
    branch,
    commit,
    subject: facts.subject,
    author: facts.author,
    actor,
  });
}

async function create(
  { store }: DeliveryServiceDependencies,
  tx: Tx,
  run: Parameters<DeliveryStore['createRun']>[1],
): Promise<void> {
  const number = await store.createRun(tx, run);
  const { component, branch, actor } = run;
  // A newer commit of the same branch makes the older one's result worthless.
  for (const older of await store.supersede(tx, component, branch, run.id))
    tx.wake(runReconciler, older);
  tx.tell({
    type: 'run-queued',
    actor,
    component,
    run: run.id,
    summary: `Pipeline #${number} for ${branch}`,
    data: { number, branch, commit: run.commit },
  });
  tx.wake(runReconciler, run.id);
}

async function branchGone(
  { store, runtime }: DeliveryServiceDependencies,
  tx: Tx,
  push: Push,
): Promise<void> {
  for (const run of await store.supersede(tx, push.component, push.branch, undefined))
    tx.wake(runReconciler, run);
  if (push.branch === defaultBranch) return;
  const rows = await tx.sql
    .selectFrom('placements')
    .select('id')
    .where('component', '=', push.component)
    .where('branch', '=', push.branch)
    .execute();
  for (const { id } of rows) await runtime.requestRemoval(tx, id, push.actor);
}

async function finish(
  dependencies: DeliveryServiceDependencies,
  tx: Tx,
  run: Run,
  outcome: Omit<RunOutcome, 'release'>,
  built: Built | undefined,
): Promise<void> {
  const { store, listener, catalog } = dependencies;
  const owner = await catalog.lock(tx, run.component);
  // What is being deleted gets no new release and no new place.
  const wanted = owner !== undefined && owner.state !== 'deleting' ? built : undefined;
  const release =
    wanted === undefined ? undefined : await recordRelease(dependencies, tx, run, wanted);
  if (!(await store.finish(tx, run.id, { ...outcome, release: release?.number }))) return;
  const { component, id, actor } = run;
  tx.tell({
    type: 'run-finished',
    actor,
    component,
    run: id,
    summary: `Pipeline #${run.number} ${outcome.state}`,
    data: { state: outcome.state, release: release?.number ?? null },
  });
  await listener.runChanged(tx, component);
  if (release === undefined || wanted?.deploy !== true) return;
  const platform = dependencies.platform.current();
  const refused: string[] = [];
  for (const place of placesOf(release, platform, actor, dependencies.clock.now())) {
    try {
      await dependencies.runtime.place(tx, place);
    } catch (error) {
      // The release is good, and stays: only this place has no room for it. Everything else is tried again.
      if (!(error instanceof PltfError) || error.code !== 'quota-exceeded') throw error;
      refused.push(`Not placed in ${place.environment}: ${error.detail}. ${error.fix}`);
    }
  }
  if (refused.length === 0) return;
  const notes = [...outcome.summary.notes, ...refused];
  await store.setView(tx, run.id, { ...outcome.summary, notes });
  for (const summary of refused)
    tx.tell({ type: 'run-progressed', actor, component, run: id, summary });
}

async function recordRelease(
  { store, catalog, clock }: DeliveryServiceDependencies,
  tx: Tx,
  run: Run,
  built: Built,
): Promise<Release> {
  const { component, commit, branch, subject, author, actor } = run;
  const { spec, digest, bytes } = built;
  const id = newId('rel', clock.now());
  const { release, isNew } = await store.createRelease(tx, {
    id,
    component,
    commit,
    branch,
    subject,
    author,
    spec,
    digest,
    bytes,
    run: run.id,
  });
  if (isNew) {
    tx.tell({
      type: 'release-created',
      actor,
      component,
      run: run.id,
      summary: `Release ${release.number} of ${commit.slice(0, 8)}`,
      data: { release: release.number, digest, commit },
    });
    tx.wake(collectReconciler, component);
  }
  if (branch === defaultBranch) await catalog.setSpec(tx, component, spec);
  return release;
}
