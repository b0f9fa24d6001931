import type { ApiName, Endpoint } from '@pltf/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { anonymous } from '../kernel/actor.ts';
import type { Credentials, ResolveActor } from '../modules/identity/index.ts';
import {
  type Authenticated,
  authenticate,
  basicCredentialsOf,
  credentialsOf,
  refuseCrossSite,
  refuseForeignOrigin,
} from './authentication.ts';
import type { SessionCookie } from './cookies.ts';
import { RateLimit, type Rates } from './rate-limits.ts';
import { isUnsafe } from './request-context.ts';

export interface GateOptions {
  readonly resolveActor: ResolveActor;
  readonly cookie: SessionCookie;
  readonly portalOrigin: string;
  readonly rates: Rates;
  readonly now: () => number;
}

/** Lets requests in: who they are of, how many there may be, and whether a browser was tricked into them. */
export interface Gate {
  admit(
    request: FastifyRequest,
    reply: FastifyReply,
    name: ApiName,
    endpoint: Endpoint,
  ): Promise<void>;
  /** For git: HTTP Basic with a token as the password, or a bearer token. */
  admitGit(request: FastifyRequest, reply: FastifyReply): Promise<Authenticated>;
  /** Who an admitted request is of. */
  admitted(request: FastifyRequest): Authenticated;
}

export function createGate(options: GateOptions): Gate {
  const { resolveActor, cookie, portalOrigin, rates, now } = options;
  const perActor = new RateLimit(rates.actor, now);
  const perAddress = new RateLimit(rates.anonymous, now);
  const refused = new RateLimit(rates.refused, now);
  const signIns = new RateLimit(rates.signIn, now);
  const admitted = new WeakMap<FastifyRequest, Authenticated>();

  const identify = async (
    request: FastifyRequest,
    reply: FastifyReply,
    credentials: Credentials | undefined,
    isPublic: boolean,
  ): Promise<Authenticated> => {
    const wait = (seconds: number): void => void reply.header('retry-after', String(seconds));
    const { ip } = request;
    if (credentials === undefined) perAddress.demand(ip, wait);
    const who = await authenticate(credentials, resolveActor, isPublic).catch((error: unknown) => {
      // Wrong ones are limited, right ones never: one tool with an old token must not lock out its machine.
      if (credentials !== undefined) refused.demand(ip, wait);
      throw error;
    });
    if (who.actor !== anonymous) perActor.demand(who.actor.credential ?? who.actor.name, wait);
    return who;
  };

  return {
    admit: async (request, reply, name, endpoint) => {
      const { headers } = request;
      if (name === 'signIn') limitSignIns(signIns, request, reply);
      const credentials = credentialsOf(headers, cookie);
      const who = await identify(request, reply, credentials, endpoint.action === 'public');
      if (isUnsafe(endpoint)) {
        if (who.actor.via === 'session' && endpoint.action !== 'public')
          refuseCrossSite(headers, portalOrigin);
        // Nobody is to be signed in as somebody else by a page of theirs.
        else if (endpoint.action === 'public') refuseForeignOrigin(headers, portalOrigin, false);
      }
      admitted.set(request, who);
    },
    admitGit: (request, reply) =>
      identify(
        request,
        reply,
        basicCredentialsOf(request.headers) ?? bearerOf(request, cookie),
        false,
      ),
    admitted: (request) => admitted.get(request) ?? { actor: anonymous, credentials: undefined },
  };
}

/** Git never sends cookies; a browser that is led here does, and is not let in by them. */
function bearerOf(request: FastifyRequest, cookie: SessionCookie): Credentials | undefined {
  const credentials = credentialsOf(request.headers, cookie);
  return credentials?.kind === 'token' ? credentials : undefined;
}

function limitSignIns(signIns: RateLimit, request: FastifyRequest, reply: FastifyReply): void {
  signIns.demand(request.ip, (seconds) => void reply.header('retry-after', String(seconds)));
  // Only links that do not work count: a whole team may sign in through one proxy.
  reply.raw.once('finish', () => {
    if (reply.raw.statusCode < 400) signIns.giveBack(request.ip);
  });
}
