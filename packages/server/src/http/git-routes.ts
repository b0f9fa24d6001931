import type { IncomingMessage, ServerResponse } from 'node:http';
import { ComponentName, PltfError, platformRepository } from '@pltf/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../kernel/actor.ts';
import type { Gate } from './gate.ts';
import { toPltfError } from './problem-answers.ts';

/** One request of a git client, for a repository that may or may not exist. */
export interface GitRequest {
  /** The component's name, checked for its form only, or that of the platform's own. */
  readonly repository: string;
  /** `/info/refs`, `/git-upload-pack` or `/git-receive-pack`. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Whether it wants to push. */
  readonly writes: boolean;
  readonly actor: Actor;
  readonly address: string;
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Serves git over HTTP. It decides `repository:read` or `repository:write` itself, since only it knows whose the
 * repository is, and throws before it writes anything of the answer, or handles what comes after.
 */
export type ServeGit = (request: GitRequest) => Promise<void>;

const paths: ReadonlySet<string> = new Set(['/info/refs', '/git-upload-pack', '/git-receive-pack']);

/** `/git/<component>.git/…`, by HTTP Basic with a token of the scope `git` as the password. */
export function registerGit(app: FastifyInstance, gate: Gate, serve: ServeGit): void {
  void app.register((git, _options, done) => {
    // Git's own programs read the body, as it comes and however long it is.
    git.removeAllContentTypeParsers();
    git.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const method of ['GET', 'POST'] as const) {
      git.route({
        method,
        url: '/git/:repository/*',
        exposeHeadRoute: false,
        handler: (request, reply) => handle(gate, serve, request, reply),
      });
    }
    done();
  });
}

async function handle(
  gate: Gate,
  serve: ServeGit,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { repository, path, query, writes } = parse(request);
  try {
    const { actor } = await gate.admitGit(request, reply);
    if (!actor.scopes.has('git'))
      throw new PltfError('forbidden', { detail: 'this token lacks the scope `git`' });
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) raw.setHeader(name, value);
    }
    await serve({
      repository,
      path,
      query,
      writes,
      actor,
      address: request.ip,
      requestId: request.id,
      request: request.raw,
      response: raw,
    });
  } catch (error) {
    fail(request, reply, error);
  }
  return reply;
}

function parse(
  request: FastifyRequest,
): Pick<GitRequest, 'repository' | 'path' | 'query' | 'writes'> {
  const [beforeQuery = '', query = ''] = request.url.split('?', 2);
  const found = /^\/git\/([^/]+?)(?:\.git)?(\/.*)$/.exec(beforeQuery);
  const name = found?.[1] ?? '';
  const known = name === platformRepository || ComponentName.safeParse(name).success;
  const path = found?.[2] ?? '';
  if (!known || !paths.has(path) || (path === '/info/refs') !== (request.method === 'GET')) {
    throw new PltfError('not-found', { detail: 'there is no repository at this address' });
  }
  const service = new URLSearchParams(query).get('service');
  const writes =
    path === '/git-receive-pack' || (path === '/info/refs' && service === 'git-receive-pack');
  return { repository: name, path, query, writes };
}

/** Git shows its user the text of an answer that is not its own only when it is plain. */
function fail(request: FastifyRequest, reply: FastifyReply, thrown: unknown): void {
  const { raw } = reply;
  if (raw.headersSent) {
    request.log.error({ err: thrown }, 'git exchange failed');
    raw.destroy();
    return;
  }
  const error = toPltfError(thrown, request.id);
  if (error.kind.status >= 500)
    request.log.error({ err: error.cause ?? error }, 'git request failed');
  const text = `${error.detail}\n${error.code === 'unauthenticated' ? howToSignIn : error.fix}\n`;
  // Only an answer with this header has git ask its user, or its credential store.
  const ask =
    error.code === 'unauthenticated'
      ? { 'www-authenticate': 'Basic realm="pltf", charset="UTF-8"' }
      : {};
  const headers = { ...ask, 'content-type': 'text/plain; charset=utf-8' };
  if (reply.sent) raw.writeHead(error.kind.status, headers).end(text);
  else void reply.code(error.kind.status).headers(headers).send(text);
}

const howToSignIn =
  'Use any name and a token as the password: `pltf token create --scope git` makes one.';
