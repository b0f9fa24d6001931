import { type ErrorCode, isErrorCode, type PlatformFile, PltfError } from '@pltf/contracts';
import { routeUrl } from '@pltf/plan';
import type { Outcome } from '../../engine/reconciler.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import { type CatalogQueries, type CatalogStore, defaultBranch } from '../catalog/index.ts';
import { type DeliveryQueries, isFinished } from '../delivery/index.ts';
import type { GitHost, ReposService } from '../repos/index.ts';
import type { RuntimeQueries } from '../runtime/index.ts';
import { type Operation, stepState } from './operation.ts';
import type { OperationProgress } from './operation-progress.ts';
import type { Scaffolder } from './scaffold.ts';

export interface CreationDependencies {
  readonly db: Db;
  readonly catalog: CatalogStore;
  readonly catalogQueries: CatalogQueries;
  readonly git: GitHost;
  readonly repos: ReposService;
  readonly delivery: DeliveryQueries;
  readonly runtime: RuntimeQueries;
  readonly scaffolder: Scaffolder;
  readonly platform: PlatformSource;
  readonly clock: Clock;
  readonly portalUrl: string;
  readonly routerPort: number;
}

const pipelineDeadlineMs = 30 * 60_000;
const reviewAppDeadlineMs = 5 * 60_000;

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
  const { create, author } = operation.request;
  const component = await dependencies.catalogQueries.get(operation.subject);
  const facts = {
    owner: component.owner,
    user: operation.requestedBy,
    organisation: dependencies.platform.current().organisation,
  };
  await progress.step('files', 'running');
  const { files, path } = await dependencies.scaffolder.scaffold(create, facts);
  await progress.step('files', 'done', `${files.size} files from ${path.id} ${path.version}`);
  await progress.step('repository', 'running');
  const message = `Create ${operation.subject} from ${path.id} ${path.version}\n`;
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
    return waitUntil(dependencies, progress.operation, 'pipeline', pipelineDeadlineMs);
  }
  if (run.state === 'passed') {
    await progress.step('pipeline', 'done', `#${run.number} passed`);
    return undefined;
  }
  const lines = run.summary.failing.flatMap(({ step, where, lines }) => [
    [step, where].filter(Boolean).join(' '),
    ...lines,
  ]);
  throw new PltfError('pipeline-failed', {
    detail: `pipeline #${run.number} ${run.state}: ${lines.slice(0, 20).join('\n') || 'no reason given'}`,
    fix: await redPathFix(dependencies, operation),
  });
}

/** Whose fault it is: a golden path has to pass its own test whatever parameters it lets pass. */
async function redPathFix(
  { scaffolder }: CreationDependencies,
  { request }: Operation,
): Promise<string> {
  const create = 'create' in request ? request.create : undefined;
  const paths = await scaffolder.list();
  const path =
    create?.path === undefined
      ? paths.find(({ kind }) => kind === create?.kind)
      : paths.find(({ id }) => id === create.path?.split('@')[0]);
  const owner = path === undefined ? 'its owner' : `its owner, ${path.owner}`;
  return `The golden path does not pass its own test with these parameters: tell ${owner}, or choose other parameters.`;
}

async function awaitReviewApp(
  dependencies: CreationDependencies,
  progress: OperationProgress,
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
  if (rollout?.state === 'failed' || rollout?.state === 'rolled-back') {
    const log = (rollout.reason?.log ?? []).slice(-10).join('\n');
    throw new PltfError(reasonCode(rollout.reason), {
      detail: `the review app did not start: ${rollout.reason?.detail ?? 'no reason given'}${log === '' ? '' : `\n${log}`}`,
      ...(rollout.reason === undefined ? {} : { fix: rollout.reason.fix }),
    });
  }
  const serves = review.observed?.serving !== undefined;
  if (!serves) {
    await progress.step('review-app', 'running');
    return waitUntil(dependencies, progress.operation, 'review-app', reviewAppDeadlineMs);
  }
  const host = review.hosts[0];
  const links =
    host === undefined
      ? operation.links
      : { ...progress.operation.links, preview: routeUrl(host, dependencies.routerPort) };
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
function waitUntil(
  { clock }: CreationDependencies,
  operation: Operation,
  step: 'pipeline' | 'review-app',
  deadlineMs: number,
): Outcome {
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
