import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Action, ComponentName, PltfError, toProblem } from '@pltf/contracts';
import type { Actor, Resource } from '../kernel/actor.ts';
import type { CatalogQueries } from '../modules/catalog/index.ts';
import type { PushProgress } from '../modules/delivery/index.ts';
import type { GitHost, ReposService } from '../modules/repos/index.ts';

export interface GitEndpointDependencies {
  readonly git: GitHost;
  readonly repos: ReposService;
  readonly catalog: CatalogQueries;
  readonly progress: PushProgress;
  /** The actor behind an `Authorization` header; undefined when there is none or it is not valid. */
  readonly authenticate: (authorization: string | undefined) => Promise<Actor | undefined>;
  /** Throws `forbidden` or `not-found`. */
  readonly authorize: (actor: Actor, action: Action, resource: Resource) => void;
  readonly audit: (entry: { readonly actor: string; readonly action: string; readonly target: string; readonly outcome: 'done' | 'denied'; readonly address: string }) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

interface GitPath {
  readonly repository: string;
  readonly path: string;
  readonly query: string;
  readonly writes: boolean;
}

/** `/git/<repository>.git/<service>`; undefined for anything else. */
function parseGitUrl(url: string): GitPath | undefined {
  const [pathname = '', query = ''] = url.split('?', 2);
  const match = /^\/git\/([a-z0-9-]{1,60})(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/.exec(pathname);
  const [, repository, path] = match ?? [];
  if (repository === undefined || path === undefined || !ComponentName.safeParse(repository).success) return undefined;
  const writes = path === '/git-receive-pack' || /(?:^|&)service=git-receive-pack(?:&|$)/.test(query);
  return { repository, path, query, writes };
}

/** Git over smart HTTP: a token as the password, real git behind it, the pipeline's progress in the push's output. */
export function gitEndpoint(dependencies: GitEndpointDependencies) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await serve(dependencies, request, response);
    } catch (error) {
      if (!(error instanceof PltfError)) dependencies.onError(error);
      refuse(response, error);
    }
  };
}

async function serve(
  dependencies: GitEndpointDependencies,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = parseGitUrl(request.url ?? '');
  if (target === undefined) throw new PltfError('not-found', { detail: 'there is no such repository' });
  const actor = await dependencies.authenticate(request.headers.authorization);
  if (actor === undefined) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="pltf", charset="UTF-8"', 'content-type': 'text/plain' });
    response.end('Sign in with any name and a token as the password: `pltf token create --scope git` makes one.\n');
    return;
  }
  const component = await dependencies.catalog.find(target.repository);
  const address = request.socket.remoteAddress ?? '';
  const entry = { actor: actor.name, action: target.writes ? 'repository:write' : 'repository:read', target: target.repository, address } as const;
  try {
    dependencies.authorize(actor, entry.action, component === undefined ? {} : { team: component.owner, what: target.repository });
  } catch (error) {
    await dependencies.audit({ ...entry, outcome: 'denied' });
    throw error;
  }
  if (component === undefined) throw new PltfError('not-found', { detail: `there is no repository ${target.repository}` });
  if (component.state === 'deleting') {
    throw new PltfError('component-busy', { detail: `${target.repository} is being deleted` });
  }
  const pushes = target.path === '/git-receive-pack';
  if (pushes) await dependencies.audit({ ...entry, outcome: 'done' });
  const left = new AbortController();
  response.on('close', () => left.abort());
  await dependencies.git.serve({
    repository: target.repository,
    path: target.path,
    query: target.query,
    user: actor.name,
    request,
    response,
    afterPush: () => pushLines(dependencies, target.repository, actor.name, left.signal),
  });
  // A client without side bands saw no lines, but its push counts all the same.
  if (pushes) await dependencies.repos.observe(target.repository, actor.name);
}

async function* pushLines(
  { repos, progress, onError }: GitEndpointDependencies,
  repository: string,
  actor: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  try {
    for (const push of await repos.observe(repository, actor)) yield* progress.lines(push, signal);
  } catch (error) {
    if (signal.aborted) return;
    onError(error);
    yield 'The push is taken. Its progress cannot be shown right now; it is picked up by itself.';
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof PltfError ? error : new PltfError('internal', { detail: 'git could not be served' });
  const problem = toProblem(known);
  // Git shows a text answer to the person, line by line.
  response.writeHead(problem.status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${problem.detail}\n${problem.fix}\n`);
}
