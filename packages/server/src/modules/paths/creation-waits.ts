import { type ErrorCode, isErrorCode, type PlatformFile, PltfError } from '@pltf/contracts';
import type { Outcome } from '../../engine/reconciler.ts';
import type { Run } from '../delivery/index.ts';
import { addressOf } from '../runtime/index.ts';
import type { CreationDependencies } from './creation-dependencies.ts';
import type { Operation } from './operation.ts';
import type { OperationProgress } from './operation-progress.ts';

const deadlinesMs = { 'pipeline': 30 * 60_000, 'review-app': 5 * 60_000 } as const;

/** A red pipeline with the lines that a person needs to see. */
export function pipelineFailure(run: Run, fix: string): PltfError {
  const lines = run.summary.failing.flatMap(({ step, where, lines }) => [
    [step, where].filter(Boolean).join(' '),
    ...lines,
  ]);
  return new PltfError('pipeline-failed', {
    detail: `pipeline #${run.number} ${run.state}: ${lines.slice(0, 20).join('\n') || 'no reason given'}`,
    fix,
  });
}

/** Waits until the default branch's preview serves a release, this one or a later one; jobs have no preview. */
export async function awaitReviewApp(
  dependencies: CreationDependencies,
  progress: OperationProgress,
  release = 0,
): Promise<Outcome | undefined> {
  const { operation } = progress;
  const placements = await dependencies.runtime.placementsOf([operation.subject]);
  const review = placements.find(
    ({ environment, branch }) =>
      branch === undefined && isPreview(dependencies.platform.current(), environment),
  );
  if (review === undefined) {
    await progress.step('review-app', 'skipped', 'runs on its schedule');
    return undefined;
  }
  const rollout = (await dependencies.runtime.latestRollouts([review.id])).get(review.id);
  const ended = rollout?.state === 'failed' || rollout?.state === 'rolled-back';
  if (ended && rollout.toRelease >= release) {
    const log = (rollout.reason?.log ?? []).slice(-10).join('\n');
    throw new PltfError(reasonCode(rollout.reason), {
      detail: `the review app did not start: ${rollout.reason?.detail ?? 'no reason given'}${log === '' ? '' : `\n${log}`}`,
      ...(rollout.reason === undefined ? {} : { fix: rollout.reason.fix }),
    });
  }
  if (rollout?.step === 'committed' && rollout.toRelease >= release) {
    await progress.step('review-app', 'done', rollout.reason?.detail);
    return undefined;
  }
  const serves = (review.observed?.serving?.number ?? -1) >= release;
  if (!serves) {
    await progress.step('review-app', 'running');
    return waitUntil(dependencies, progress.operation, 'review-app');
  }
  const url = addressOf(dependencies.platform.current(), review, dependencies.routerPort);
  const links = url === undefined ? operation.links : { ...progress.operation.links, preview: url };
  await progress.change({ links }, 'operation-progressed', 'The review app answers');
  await progress.step('review-app', 'done', links['preview'] ?? 'running');
  return undefined;
}

/** Why the rollout says it ended, where that is an error of the registry. */
const reasonCode = (reason: { readonly code: string } | undefined): ErrorCode =>
  reason !== undefined && isErrorCode(reason.code) ? reason.code : 'health-timeout';

const isPreview = (platform: PlatformFile, environment: string): boolean =>
  platform.environments.some(({ name, kind }) => name === environment && kind === 'preview');

/** Nothing to do but wait to be woken; the deadline is what remains when nobody wakes us. */
export function waitUntil(
  { clock }: CreationDependencies,
  operation: Operation,
  step: 'pipeline' | 'review-app',
): Outcome {
  const deadlineMs = deadlinesMs[step];
  const started = operation.steps.find(({ id }) => id === step)?.startedAt;
  const deadline = new Date(
    (started === undefined ? clock.now() : new Date(started)).getTime() + deadlineMs,
  );
  if (deadline > clock.now()) return { again: deadline };
  throw new PltfError('health-timeout', {
    detail: `${step === 'pipeline' ? 'the pipeline' : 'the review app'} took longer than ${deadlineMs / 60_000} minutes`,
    fix: 'Try again; `pltf debug` collects what the platform team needs.',
  });
}
