import type { Spec } from '@pltf/contracts';
import { startFiles } from '@pltf/plan';
import type { Reconciler } from '../../engine/reconciler.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { CatalogQueries } from '../catalog/index.ts';
import type { Gate, GoldenPathSource } from '../policy/index.ts';
import type { GitHost } from '../repos/index.ts';
import type { DeliveryQueries } from './delivery-queries.ts';
import { type Built, type DeliveryService, runReconciler } from './delivery-service.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { ImageBuilder } from './image-builder.ts';
import { localActions } from './local-actions.ts';
import type { Pipeline, PipelineResult } from './pipeline.ts';
import type { ReleaseArchive } from './release-archive.ts';
import { makeRelease } from './release-making.ts';
import { isFinished, type Run, type RunSummary } from './run.ts';
import type { RunCancellation } from './run-cancellation.ts';
import { noteDefect } from './run-defect.ts';
import { endDenied, judgeRun, type RunSource, withNotes } from './run-guardrails.ts';
import { problemSummary, specOfRun, thinFile } from './run-spec.ts';

export interface RunReconcilerDependencies {
  readonly db: Db;
  readonly queries: DeliveryQueries;
  readonly store: DeliveryStore;
  readonly service: DeliveryService;
  readonly catalog: CatalogQueries;
  readonly git: GitHost;
  readonly platform: PlatformSource;
  readonly pipeline: Pipeline;
  readonly archive: ReleaseArchive;
  readonly images: ImageBuilder;
  readonly cancellation: RunCancellation;
  readonly gate: Gate;
  readonly goldenPaths: GoldenPathSource;
}

const workflowFolder = '.github/workflows';

/** Takes one run from its commit to a release: thin file, the repository's workflows, build, release, places. */
export function createRunReconciler(dependencies: RunReconcilerDependencies): Reconciler {
  const { queries, cancellation } = dependencies;
  return {
    name: runReconciler,
    concurrency: 2,
    reconcile: async (id, signal) => {
      const run = await queries.findRun(id);
      if (run === undefined || isFinished(run.state)) return undefined;
      const cancel = cancellation.enter(id);
      try {
        await cancellation.look();
        await work(dependencies, run, cancel, signal);
      } catch (error) {
        if (!signal.aborted) await noteDefect(dependencies, id, error);
        throw error;
      } finally {
        cancellation.leave(id);
      }
      return undefined;
    },
  };
}

async function work(
  dependencies: RunReconcilerDependencies,
  run: Run,
  cancel: AbortSignal,
  signal: AbortSignal,
): Promise<void> {
  const { db, store, git, platform } = dependencies;
  await transact(db, async (tx) => {
    const started = await store.start(tx, run.id);
    if (started)
      tx.tell({
        type: 'run-progressed',
        actor: run.actor,
        component: run.component,
        run: run.id,
        summary: `Pipeline #${run.number} started`,
        data: { state: 'running' },
      });
  });
  const { names, texts: files } = await git.readFiles(
    run.component,
    run.commit,
    [thinFile, ...startFiles],
    [workflowFolder],
  );
  const spec = specOfRun(files.get(thinFile), run, {
    platform: platform.current(),
    goldenPaths: await dependencies.goldenPaths.goldenPaths(),
    component: await dependencies.catalog.get(run.component),
    root: { names, texts: files },
  });
  if ('problems' in spec) return fail(dependencies, run, problemSummary(spec.problems));
  const workflows = new Map(
    [...files].filter(([path]) => /\.ya?ml$/.test(path) && path.startsWith(`${workflowFolder}/`)),
  );
  const source = { spec: spec.spec, thinFile: files.get(thinFile), root: { names, texts: files } };
  const verdict = await judgeRun(dependencies, run, source, platform.current());
  // Now and not after minutes of tests.
  if (verdict.denials.length > 0) return endDenied(dependencies, run, verdict, noSummary);
  const { spec: asked } = source;
  const result = await execute(
    dependencies,
    { ...run, spec: asked, notes: verdict.notes },
    workflows,
    cancel,
    signal,
  );
  if (result.state !== 'passed') return end(dependencies, run, result);
  await release(dependencies, run, source, result, cancel, signal);
}

const noSummary: RunSummary = { jobs: [], notes: [], failing: [] };

interface RunWithSpec extends Run {
  readonly spec: Spec;
  /** What guardrails have its author know. */
  readonly notes: readonly string[];
}

async function execute(
  { pipeline, git, catalog, db, store }: RunReconcilerDependencies,
  run: RunWithSpec,
  workflows: ReadonlyMap<string, string>,
  cancel: AbortSignal,
  signal: AbortSignal,
): Promise<PipelineResult> {
  const component = await catalog.get(run.component);
  const before = (await previousCommit(db, run)) ?? undefined;
  const changedPaths = await git.changedPaths(run.component, before, run.commit);
  const result = await pipeline.execute({
    run,
    team: component.owner,
    workflows,
    actions: await localActions(git, run, workflows),
    before,
    changedPaths,
    cancel,
    signal,
    onProgress: async (progress) =>
      transact(db, async (tx) => {
        const summary = withNotes(progress, run.notes);
        await store.setView(tx, run.id, summary);
        tx.tell({
          type: 'run-progressed',
          actor: run.actor,
          component: run.component,
          run: run.id,
          summary: progressOf(summary, run.spec),
          data: { jobs: summary.jobs },
        });
      }),
  });
  return { ...result, summary: withNotes(result.summary, run.notes) };
}

function progressOf(summary: RunSummary, spec: Spec): string {
  const job = summary.jobs.find(({ state }) => state === 'running') ?? summary.jobs.at(-1);
  const step = job?.steps.find(({ state }) => state === 'running') ?? job?.steps.at(-1);
  return job === undefined ? `Checking ${spec.name}` : `${job.name}: ${step?.name ?? job.state}`;
}

async function previousCommit(db: Db, run: Run): Promise<string | null | undefined> {
  const row = await db
    .selectFrom('pushes')
    .select('before')
    .where('component', '=', run.component)
    .where('branch', '=', run.branch)
    .where('after', '=', run.commit)
    .orderBy('at', 'desc')
    .executeTakeFirst();
  return row?.before;
}

async function release(
  dependencies: RunReconcilerDependencies,
  run: Run,
  source: RunSource,
  result: PipelineResult,
  cancel: AbortSignal,
  signal: AbortSignal,
): Promise<void> {
  const { catalog, queries, db, service, gate, platform } = dependencies;
  const component = await catalog.get(run.component);
  const { spec } = source;
  // While the tests ran an exception may have ended: what counts is the moment of the release.
  const verdict = await judgeRun(dependencies, run, source, platform.current());
  if (verdict.denials.length > 0) return endDenied(dependencies, run, verdict, result.summary);
  const made = await makeRelease(dependencies, run, spec, component.owner, result, {
    signal: AbortSignal.any([signal, cancel]),
  });
  if (cancel.aborted)
    return end(dependencies, run, { state: 'cancelled', summary: result.summary });
  if (!made.ok) return fail(dependencies, run, made.summary);
  const newest = await queries.newestPassed(run.component, run.branch);
  const deploy = newest === undefined || newest <= run.number;
  const { summary, digest, bytes } = made;
  const built: Built = { spec, digest, bytes, deploy };
  await transact(db, async (tx) => {
    await service.finish(tx, run, { state: 'passed', summary }, built);
    await gate.remember(tx, run.component, verdict.judgement);
  });
}

const fail = (
  dependencies: RunReconcilerDependencies,
  run: Run,
  summary: RunSummary,
): Promise<void> => end(dependencies, run, { state: 'failed', summary });

async function end(
  dependencies: RunReconcilerDependencies,
  run: Run,
  result: PipelineResult,
): Promise<void> {
  const { db, service, queries } = dependencies;
  const newer =
    result.state === 'cancelled'
      ? await queries.runs(run.component, { limit: 1, branch: run.branch })
      : [];
  const state =
    result.state === 'cancelled' && newer[0] !== undefined && newer[0].number > run.number
      ? 'superseded'
      : result.state;
  await transact(db, (tx) =>
    service.finish(tx, run, { state, summary: result.summary }, undefined),
  );
}
