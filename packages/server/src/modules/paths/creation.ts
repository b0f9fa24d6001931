import type { Outcome } from '../../engine/reconciler.ts';
import { transact } from '../../persistence/transaction.ts';
import { defaultBranch } from '../catalog/index.ts';
import { isFinished } from '../delivery/index.ts';
import type { CreationDependencies } from './creation-dependencies.ts';
import { awaitReviewApp, pipelineFailure, waitUntil } from './creation-waits.ts';
import { firstFiles } from './first-files.ts';
import { type Operation, stepState } from './operation.ts';
import type { OperationProgress } from './operation-progress.ts';

/** One pass of a creation. Throws a PltfError that trying again cannot help: then the creation is undone. */
export async function advanceCreation(
  dependencies: CreationDependencies,
  progress: OperationProgress,
): Promise<Outcome> {
  const { operation } = progress;
  if (stepState(operation, 'repository') !== 'done') await makeRepository(dependencies, progress);
  const pipeline = await awaitPipeline(dependencies, progress);
  if (pipeline !== undefined) return pipeline;
  const review = await awaitReviewApp(dependencies, progress);
  if (review !== undefined) return review;
  await finish(dependencies, progress);
  return undefined;
}

async function makeRepository(
  dependencies: CreationDependencies,
  progress: OperationProgress,
): Promise<void> {
  const { operation } = progress;
  if (!('create' in operation.request)) return;
  const { author } = operation.request;
  const component = await dependencies.catalogQueries.get(operation.subject);
  const facts = {
    owner: component.owner,
    user: operation.requestedBy,
    organisation: dependencies.platform.current().organisation,
  };
  await progress.step('files', 'running');
  const { files, source } = await firstFiles(dependencies.scaffolder, operation.request, facts);
  await progress.step(
    'files',
    'done',
    `${files.size} file${files.size === 1 ? '' : 's'} from ${source}`,
  );
  await progress.step('repository', 'running');
  const message = `Create ${operation.subject} from ${source}\n`;
  await dependencies.git.create(operation.subject, {
    files,
    branch: defaultBranch,
    author,
    message,
    at: operation.startedAt,
  });
  await dependencies.repos.observe(operation.subject, operation.requestedBy);
  const links = {
    ...operation.links,
    clone: `${dependencies.portalUrl}/git/${operation.subject}.git`,
    page: `${dependencies.portalUrl}/components/${operation.subject}`,
  };
  await progress.change({ links }, 'operation-progressed', 'The repository can be cloned');
  await progress.step('repository', 'done', links.clone);
}

async function awaitPipeline(
  dependencies: CreationDependencies,
  progress: OperationProgress,
): Promise<Outcome | undefined> {
  const { operation } = progress;
  if (stepState(operation, 'pipeline') === 'done') return undefined;
  await dependencies.repos.observe(operation.subject, operation.requestedBy);
  const run = (
    await dependencies.delivery.runs(operation.subject, { limit: 1, branch: defaultBranch })
  )[0];
  if (run === undefined || !isFinished(run.state)) {
    await progress.step('pipeline', 'running', run === undefined ? undefined : `#${run.number}`);
    return waitUntil(dependencies, progress.operation, 'pipeline');
  }
  if (run.state === 'passed') {
    await progress.step('pipeline', 'done', `#${run.number} passed`);
    return undefined;
  }
  throw pipelineFailure(run, await redPathFix(dependencies, operation));
}

/** Whose fault it is: a golden path has to pass its own test whatever parameters it lets pass. */
async function redPathFix(
  { scaffolder }: CreationDependencies,
  { request }: Operation,
): Promise<string> {
  const create = 'create' in request ? request.create : undefined;
  if ('create' in request && request.thinFile !== undefined) {
    return 'Mend what the lines name in the thin file, and apply it again.';
  }
  const paths = await scaffolder.list();
  const path =
    create?.path === undefined
      ? paths.find(({ kind }) => kind === create?.kind)
      : paths.find(({ id }) => id === create.path?.split('@')[0]);
  const owner = path === undefined ? 'its owner' : `its owner, ${path.owner}`;
  return `The golden path does not pass its own test with these parameters: tell ${owner}, or choose other parameters.`;
}

async function finish(
  { db, catalog, clock }: CreationDependencies,
  progress: OperationProgress,
): Promise<void> {
  const { operation } = progress;
  await transact(db, (tx) => catalog.setState(tx, operation.subject, 'ready'));
  const receipt = [
    { what: `catalogue entry ${operation.subject}`, outcome: 'made' as const },
    {
      what: `repository ${operation.links['clone'] ?? operation.subject}`,
      outcome: 'made' as const,
    },
    ...(operation.links['preview'] === undefined
      ? []
      : [{ what: `review app ${operation.links['preview']}`, outcome: 'made' as const }]),
  ];
  const change = { state: 'done' as const, receipt, finishedAt: clock.now() };
  await progress.change(change, 'component-created', `${operation.subject} is ready`);
}
