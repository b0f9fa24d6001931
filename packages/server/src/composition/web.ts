import { platformRepository } from '@pltf/contracts';
import type { Config } from '../config.ts';
import type { Lifecycle } from '../engine/lifecycle.ts';
import { createApp } from '../http/app.ts';
import { RequestJournal } from '../http/request-journal.ts';
import { serveGit } from '../http/serve-git.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Foundation } from './foundation.ts';
import { handlersOf } from './handlers.ts';
import { identityRoom } from './identity-room.ts';
import type { Rooms } from './index.ts';
import { version } from './version.ts';

/** API, portal and git on one port. Answers with how to begin listening. */
export async function buildWeb(
  config: Config,
  foundation: Foundation,
  rooms: Rooms,
  lifecycle: Lifecycle,
): Promise<() => Promise<void>> {
  const { db, session, log, portalUrl } = foundation;
  const { git, repos, tail } = rooms;
  const onError = (error: unknown): void => log.warn({ err: error }, 'web');
  const journal = new RequestJournal({ db, session, clock: systemClock, onError });
  const serveComponentGit = serveGit({
    ...{ db, git, repos, onError },
    catalog: rooms.catalogQueries,
    progress: rooms.delivery.progress,
  });
  const identity = await identityRoom(foundation, config, rooms.policy.service);
  const { hosts, portalDirectory, trustedProxies, validateAnswers } = config;
  const app = createApp({
    ...{
      journal,
      tail,
      version,
      portalUrl,
      hosts,
      portalDirectory,
      trustedProxies,
      validateAnswers,
    },
    handlers: handlersOf(foundation, rooms, identity),
    serveGit: (request) =>
      request.repository === platformRepository
        ? rooms.platform.serveGit(request)
        : serveComponentGit(request),
    resolveActor: identity.resolveActor,
    clock: systemClock,
    logger: log,
    sessionLifetimeMs: config.sessions.absoluteMs,
  });
  lifecycle.started('event tail', () => tail[Symbol.asyncDispose]());
  lifecycle.started('request journal', () => journal[Symbol.asyncDispose]());
  return async () => {
    await app.listen({ host: config.host, port: config.port });
    lifecycle.started('http', () => app.close());
    await identity.offerLocalAccess();
  };
}
