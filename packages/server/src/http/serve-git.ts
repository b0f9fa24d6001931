import { PltfError } from '@pltf/contracts';
import type { CatalogQueries } from '../modules/catalog/index.ts';
import type { PushProgress } from '../modules/delivery/index.ts';
import { appendAudit, decide } from '../modules/identity/index.ts';
import { type GitHost, type ReposService, repositoryReconciler } from '../modules/repos/index.ts';
import { type Connection, type Db, transact } from '../persistence/transaction.ts';
import type { GitRequest, ServeGit } from './git-routes.ts';

export interface ServeGitDependencies {
  readonly db: Db;
  readonly git: GitHost;
  readonly repos: ReposService;
  readonly catalog: CatalogQueries;
  readonly progress: PushProgress;
  readonly onError: (error: unknown) => void;
}

/** Real git behind the repositories' addresses, with the pipeline's progress in the output of a push. */
export function serveGit(dependencies: ServeGitDependencies): ServeGit {
  const { git, repos } = dependencies;
  return async (request) => {
    await admit(dependencies, request);
    const pushes = request.path === '/git-receive-pack';
    // Before anything is taken: a push that cannot be written down does not happen.
    if (pushes) await expectPush(dependencies, request);
    const left = new AbortController();
    request.response.on('close', () => left.abort());
    let observed = false;
    try {
      await git.serve({
        repository: request.repository,
        path: request.path,
        query: request.query,
        user: request.actor.name,
        request: request.request,
        response: request.response,
        afterPush: () => {
          observed = true;
          return pushLines(dependencies, request, left.signal);
        },
      });
    } finally {
      // However the exchange ended: what git has taken counts.
      if (pushes && !observed) await repos.observe(request.repository, request.actor.name);
    }
  };
}

/** Should this server end before it has seen what was pushed, another looks this much later. Milliseconds. */
const unseenPushMs = 15_000;

/** In one transaction: who pushes, and that somebody has to look at the repository afterwards. */
async function expectPush(dependencies: ServeGitDependencies, request: GitRequest): Promise<void> {
  await transact(dependencies.db, async (tx) => {
    await audit(tx.sql, request, 'done');
    tx.wake(repositoryReconciler, request.repository, new Date(Date.now() + unseenPushMs));
  });
}

async function admit(dependencies: ServeGitDependencies, request: GitRequest): Promise<void> {
  const { repository, actor, writes } = request;
  const component = await dependencies.catalog.find(repository);
  const resource = component === undefined ? {} : { team: component.owner };
  const decision = decide(actor, writes ? 'repository:write' : 'repository:read', {
    ...resource,
    what: repository,
    writes,
  });
  if (!decision.allowed) {
    await audit(dependencies.db, request, 'denied');
    throw new PltfError(decision.code, { detail: decision.reason, fix: decision.remedy });
  }
  if (component === undefined)
    throw new PltfError('not-found', { detail: `there is no repository ${repository}` });
  if (component.state === 'deleting')
    throw new PltfError('component-busy', { detail: `${repository} is being deleted` });
}

function audit(on: Connection, request: GitRequest, outcome: 'done' | 'denied'): Promise<void> {
  const { actor, address, requestId, repository, writes } = request;
  const action = writes ? 'repository:write' : 'repository:read';
  return appendAudit(on, [
    { actor: actor.name, via: actor.via, action, target: repository, outcome, address, requestId },
  ]);
}

async function* pushLines(
  { repos, progress, onError }: ServeGitDependencies,
  { repository, actor }: GitRequest,
  signal: AbortSignal,
): AsyncGenerator<string> {
  try {
    for (const push of await repos.observe(repository, actor.name))
      yield* progress.lines(push, signal);
  } catch (error) {
    if (signal.aborted) return;
    onError(error);
    yield 'The push is taken. Its progress cannot be shown right now; it is picked up by itself.';
  }
}
