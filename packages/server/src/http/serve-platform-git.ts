import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { PltfError, platformRepository } from '@pltf/contracts';
import { appendAudit, decide } from '../modules/identity/index.ts';
import {
  type PlatformGit,
  type PlatformPushes,
  platformKey,
  platformReconciler,
} from '../modules/platform/index.ts';
import { type Db, transact } from '../persistence/transaction.ts';
import type { GitRequest, ServeGit } from './git-routes.ts';

export interface ServePlatformGitDependencies {
  readonly db: Db;
  readonly git: PlatformGit;
  readonly pushes: PlatformPushes;
  /** Makes the repository when it is not there yet. */
  readonly ensure: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** The whole of a push is looked at before git takes it, so it has to fit into memory: files of YAML do. */
const longestPush = 8 * 1024 * 1024;
/** Should this server end before it has seen what was pushed, another looks this much later. Milliseconds. */
const unseenPushMs = 15_000;

/** The platform's own repository: everybody reads, administrators push, and a push that would break something is not taken. */
export function servePlatformGit(dependencies: ServePlatformGitDependencies): ServeGit {
  const { git, ensure } = dependencies;
  return async (request) => {
    await admit(dependencies, request);
    await ensure();
    if (request.path === '/git-receive-pack') return receive(dependencies, request);
    await git.serve({ ...exchangeOf(request), afterPush: nothing });
  };
}

const exchangeOf = ({ path, query, actor, request, response }: GitRequest) => ({
  ...{ path, query, request, response },
  user: actor.name,
});

async function* nothing(): AsyncGenerator<string> {}

async function receive(
  dependencies: ServePlatformGitDependencies,
  request: GitRequest,
): Promise<void> {
  const { git, pushes, db } = dependencies;
  const body = await read(request.request);
  // With this a client only asks whether it may come in.
  if (body.toString('latin1') === '0000') {
    await git.serve({ ...exchangeOf(request), body, afterPush: nothing });
    return;
  }
  const checked = await pushes.check(body);
  if (!checked.taken) {
    await audit(db, request, 'denied', checked.reason);
    request.response.writeHead(200, {
      'content-type': 'application/x-git-receive-pack-result',
      'cache-control': 'no-cache',
    });
    request.response.end(checked.answer);
    return;
  }
  await transact(db, async (tx) => {
    await audit(tx.sql, request, 'done');
    tx.wake(platformReconciler, platformKey, new Date(Date.now() + unseenPushMs));
  });
  let observed = false;
  try {
    await git.serve({
      ...exchangeOf(request),
      body,
      afterPush: () => {
        observed = true;
        return lines(dependencies, request, checked.lines);
      },
    });
  } finally {
    // However the exchange ended: what git has taken counts.
    if (!observed) await pushes.taken(request.actor.name);
  }
}

async function* lines(
  { pushes, onError }: ServePlatformGitDependencies,
  { actor }: GitRequest,
  planned: readonly string[],
): AsyncGenerator<string> {
  yield* planned;
  try {
    yield* await pushes.taken(actor.name);
  } catch (error) {
    onError(error);
    yield 'The push is taken. It is put in force by itself in a moment: `pltf platform show` says so.';
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= longestPush) return done(null, chunk);
      done(
        new PltfError('body-too-large', {
          detail: `a push to the platform is at most ${longestPush / 1024 / 1024} MiB`,
          fix: 'Keep platform.yaml and guardrails here, and everything else in a repository of its own.',
        }),
      );
    },
  });
  const failed = (error: unknown): void => void limit.destroy(error as Error);
  request.once('close', () => {
    if (!request.complete)
      failed(new PltfError('bad-request', { detail: 'the push ended in the middle' }));
  });
  if (request.headers['content-encoding'] !== 'gzip') return buffer(request.pipe(limit));
  const unpacked = createGunzip();
  unpacked.once('error', () => failed(new PltfError('bad-request', { detail: 'this is no gzip' })));
  return buffer(request.pipe(unpacked).pipe(limit));
}

async function admit({ db }: ServePlatformGitDependencies, request: GitRequest): Promise<void> {
  const { actor, writes } = request;
  const action = writes ? 'platform-source:write' : 'platform-source:read';
  const decision = decide(actor, action, { what: platformRepository, writes });
  if (decision.allowed) return;
  await audit(db, request, 'denied');
  throw new PltfError(decision.code, { detail: decision.reason, fix: decision.remedy });
}

function audit(
  on: Parameters<typeof appendAudit>[0],
  { actor, address, requestId, writes }: GitRequest,
  outcome: 'done' | 'denied',
  why?: string,
): Promise<void> {
  const action = writes ? 'platform-source:write' : 'platform-source:read';
  const target = platformRepository;
  const entry = { actor: actor.name, via: actor.via, action, target, outcome, address, requestId };
  return appendAudit(on, [{ ...entry, ...(why === undefined ? {} : { why }) }]);
}
