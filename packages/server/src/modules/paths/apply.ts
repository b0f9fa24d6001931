import { PltfError } from '@pltf/contracts';
import type { Outcome } from '../../engine/reconciler.ts';
import { defaultBranch } from '../catalog/index.ts';
import { isFinished, type Run } from '../delivery/index.ts';
import type { CreationDependencies } from './creation-dependencies.ts';
import { awaitReviewApp, pipelineFailure, waitUntil } from './creation-waits.ts';
import { type Operation, stepState } from './operation.ts';
import type { OperationProgress } from './operation-progress.ts';

const thinFile = 'pltf.yaml';
/** Pushes that may come while one commit is built. */
const recentRuns = 50;

/**
 * One pass of applying a thin file to a component that is there. Throws a PltfError that trying again cannot help:
 * then what was applied is undone.
 */
export async function advanceApply(
  dependencies: CreationDependencies,
  progress: OperationProgress,
): Promise<Outcome> {
  if (stepState(progress.operation, 'commit') !== 'done') await commit(dependencies, progress);
  const pipeline = await awaitPipeline(dependencies, progress);
  if (pipeline !== undefined) return pipeline;
  if (stepState(progress.operation, 'pipeline') === 'done') {
    const release = await ownRelease(dependencies, progress.operation);
    const review = await awaitReviewApp(dependencies, progress, release);
    if (review !== undefined) return review;
  } else await progress.step('review-app', 'skipped', 'follows the newer commit');
  const { subject } = progress.operation;
  const receipt = [{ what: `thin file of ${subject}`, outcome: 'made' as const }];
  const change = { state: 'done' as const, receipt, finishedAt: dependencies.clock.now() };
  await progress.change(change, 'thin-file-applied', `The thin file of ${subject} is applied`);
  return undefined;
}

function requestOf({ request }: Operation) {
  if (!('apply' in request)) throw new Error('this operation applies no thin file');
  return request;
}

/** Safe to repeat: what a killed server committed is found by its text, and is not committed again. */
async function commit(
  dependencies: CreationDependencies,
  progress: OperationProgress,
): Promise<void> {
  const { git, repos } = dependencies;
  const { operation } = progress;
  const { apply, author } = requestOf(operation);
  await progress.step('commit', 'running');
  const { head, text } = await headOf(dependencies, operation.subject);
  if (text !== apply.text && text !== apply.before) {
    throw new PltfError('plan-changed', {
      detail: `the thin file of ${operation.subject} was changed by commit ${head.slice(0, 8)} meanwhile`,
    });
  }
  const id =
    text === apply.text
      ? head
      : await git.commit(operation.subject, {
          branch: defaultBranch,
          parent: head,
          files: { [thinFile]: apply.text },
          author,
          message: `${apply.why ?? 'Change the thin file'}\n\nOperation: ${operation.id}\n`,
          at: operation.startedAt,
        });
  const request = { apply: { ...apply, commit: id }, author };
  await progress.change({ request }, 'operation-progressed', `Committed ${id.slice(0, 8)}`);
  await repos.observe(operation.subject, operation.requestedBy);
  await progress.step('commit', 'done', `${id.slice(0, 8)} on ${defaultBranch}`);
}

async function headOf(
  { git }: CreationDependencies,
  component: string,
): Promise<{ readonly head: string; readonly text: string | undefined }> {
  const head = (await git.branches(component)).get(defaultBranch);
  if (head === undefined) {
    throw new PltfError('plan-changed', {
      detail: `the branch ${defaultBranch} of ${component} is gone`,
      fix: 'Push it again, and plan again.',
    });
  }
  const { texts } = await git.readFiles(component, head, [thinFile], []);
  return { head, text: texts.get(thinFile) };
}

async function awaitPipeline(
  dependencies: CreationDependencies,
  progress: OperationProgress,
): Promise<Outcome | undefined> {
  const { operation } = progress;
  if (stepState(operation, 'pipeline') === 'done') return undefined;
  await dependencies.repos.observe(operation.subject, operation.requestedBy);
  const { commit: id } = requestOf(operation).apply;
  const runs = await dependencies.delivery.runs(operation.subject, {
    limit: recentRuns,
    branch: defaultBranch,
  });
  const own = runs.find((run) => run.commit === id);
  const newest = runs[0];
  if (own === undefined || newest === undefined || !isFinished(own.state)) {
    await progress.step('pipeline', 'running', own === undefined ? undefined : `#${own.number}`);
    return waitUntil(dependencies, progress.operation, 'pipeline');
  }
  return settle(progress, own, newest);
}

/** The number of the release that the commit's pipeline made. */
async function ownRelease(
  { delivery }: CreationDependencies,
  operation: Operation,
): Promise<number | undefined> {
  const { commit: id } = requestOf(operation).apply;
  const runs = await delivery.runs(operation.subject, { limit: recentRuns, branch: defaultBranch });
  return runs.find((run) => run.commit === id && run.release !== undefined)?.release;
}

async function settle(progress: OperationProgress, own: Run, newest: Run): Promise<undefined> {
  if (own.state === 'passed') {
    await progress.step('pipeline', 'done', `#${own.number} passed`);
  } else if (newest.number > own.number) {
    // Somebody pushed on top: the thin file is part of what they push.
    await progress.step('pipeline', 'skipped', `#${newest.number} of a newer commit took over`);
  } else {
    throw pipelineFailure(
      own,
      'The thin file was put back; mend what the lines name and apply again.',
    );
  }
}

/**
 * Puts the former thin file back, unless somebody changed it since. Safe to repeat. Settles when nothing of the
 * operation is left on the default branch.
 */
export async function undoApply(
  dependencies: CreationDependencies,
  progress: OperationProgress,
): Promise<void> {
  const { git, repos, clock } = dependencies;
  const { operation } = progress;
  const { apply, author } = requestOf(operation);
  const { head, text } = await headOf(dependencies, operation.subject);
  if (apply.commit !== undefined && text === apply.text && text !== apply.before) {
    await git.commit(operation.subject, {
      branch: defaultBranch,
      parent: head,
      files: { [thinFile]: apply.before },
      author,
      message: `Put the thin file back\n\nIts ${operation.problem?.code ?? 'change failed'}. Operation: ${operation.id}\n`,
      at: clock.now(),
    });
    await repos.observe(operation.subject, operation.requestedBy);
  }
  if (stepState(operation, 'commit') === 'done') await progress.step('commit', 'undone');
  const receipt = [{ what: `thin file of ${operation.subject}`, outcome: 'undone' as const }];
  const change = { state: 'undone' as const, receipt, finishedAt: clock.now() };
  await progress.change(
    change,
    'thin-file-apply-undone',
    `${operation.subject} is as it was: ${operation.problem?.detail.split('\n')[0] ?? 'the change failed'}`,
  );
}
