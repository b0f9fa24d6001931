import { PltfError, TokenScope } from '@pltf/contracts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Tx } from '../../persistence/transaction.ts';
import type { SessionLimits } from './actor-resolution.ts';
import {
  addSession,
  addSignInLink,
  addToken,
  countTokens,
  dropSession,
  lockToken,
  type NewToken,
  revokeTokenRow,
  takeSignInLink,
} from './credential-store.ts';
import { holdUser } from './people-store.ts';
import { hashOf, hintOf, newSecret, newTokenText } from './token-text.ts';

export interface TokenRequest {
  readonly user: string;
  readonly kind: 'personal' | 'machine';
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly days: number;
  readonly actor: string;
}

export interface MadeToken extends NewToken {
  /** The secret itself; it exists in the answer only. */
  readonly text: string;
}

export interface SignInLink {
  readonly url: string;
  readonly expiresAt: Date;
}

export interface SignedIn {
  readonly user: string;
  /** The secret of the new session. */
  readonly session: string;
}

export interface CredentialsService {
  createToken(tx: Tx, request: TokenRequest): Promise<MadeToken>;
  /** `mayRevoke` decides once the owner is known; what it refuses reads as not there. */
  revokeToken(
    tx: Tx,
    id: string,
    actor: string,
    mayRevoke: (owner: string) => boolean,
  ): Promise<void>;
  createSignInLink(tx: Tx, user: string): Promise<SignInLink>;
  /** Takes a one-time link and begins a session, with a new secret always. */
  signIn(tx: Tx, link: string): Promise<SignedIn>;
  endSession(tx: Tx, credential: string): Promise<void>;
}

export interface CredentialsDependencies {
  readonly clock: Clock;
  readonly sessions: SessionLimits;
  readonly portalUrl: string;
}

const dayMs = 86_400_000;
const linkMs = 15 * 60_000;
/** Active tokens of one user. */
const mostTokens = 100;

export function credentialsService(dependencies: CredentialsDependencies): CredentialsService {
  const { clock } = dependencies;
  return {
    createToken: (tx, request) => createToken(tx, request, clock.now()),
    revokeToken: async (tx, id, actor, mayRevoke) => {
      const token = await lockToken(tx, id);
      if (token === undefined || !mayRevoke(token.user)) {
        throw new PltfError('not-found', {
          detail: `there is no token ${id}`,
          fix: '`pltf token list` shows yours.',
        });
      }
      await revokeTokenRow(tx, id, clock.now());
      const summary = `The token "${token.name}" of ${token.user} was revoked`;
      tx.tell({ type: 'token-revoked', actor, summary, data: { token: id, user: token.user } });
    },
    createSignInLink: (tx, user) => createSignInLink(tx, user, dependencies),
    signIn: (tx, link) => signIn(tx, link, dependencies),
    endSession: (tx, credential) => dropSession(tx, Buffer.from(credential, 'hex')),
  };
}

async function createToken(tx: Tx, request: TokenRequest, now: Date): Promise<MadeToken> {
  const { user, kind, name, days, actor } = request;
  await holdEnabled(tx, user);
  if ((await countTokens(tx, user, now)) >= mostTokens) {
    throw new PltfError('limit-reached', {
      detail: `${user} has ${mostTokens} tokens, which is the limit`,
      fix: 'Revoke those that are not used: `pltf token list` shows when each was.',
    });
  }
  const text = newTokenText(kind);
  const token: MadeToken = {
    id: newId('tok', now),
    name,
    kind,
    user,
    text,
    hash: hashOf(text),
    hint: hintOf(text),
    scopes: TokenScope.options.filter((scope) => request.scopes.includes(scope)),
    createdAt: now,
    expiresAt: new Date(now.getTime() + days * dayMs),
  };
  await addToken(tx, token);
  const data = { token: token.id, user, scopes: token.scopes };
  tx.tell({
    type: 'token-created',
    actor,
    summary: `The token "${name}" of ${user} was made`,
    data,
  });
  return token;
}

async function createSignInLink(
  tx: Tx,
  user: string,
  { clock, portalUrl }: CredentialsDependencies,
): Promise<SignInLink> {
  await holdEnabled(tx, user);
  const now = clock.now();
  const secret = newSecret();
  const expiresAt = new Date(now.getTime() + linkMs);
  await addSignInLink(tx, user, hashOf(secret), now, expiresAt);
  // Behind `#`, a browser keeps it to itself: it reaches no log of a server or proxy.
  return { url: `${portalUrl}/sign-in#token=${secret}`, expiresAt };
}

async function signIn(
  tx: Tx,
  link: string,
  { clock, sessions }: CredentialsDependencies,
): Promise<SignedIn> {
  const now = clock.now();
  const user = await takeSignInLink(tx, hashOf(link), now);
  const found = user === undefined ? undefined : await holdUser(tx, user);
  if (user === undefined || found === undefined || found.disabled) {
    throw new PltfError('link-expired', {
      detail: 'this sign-in link was used already, has expired or never was',
    });
  }
  const session = newSecret();
  await addSession(tx, user, hashOf(session), now, new Date(now.getTime() + sessions.absoluteMs));
  tx.tell({ type: 'signed-in', actor: user, summary: `${user} signed in`, data: { user } });
  return { user, session };
}

async function holdEnabled(tx: Tx, name: string): Promise<void> {
  const user = await holdUser(tx, name);
  if (user === undefined) throw new PltfError('not-found', { detail: `there is no user ${name}` });
  if (user.disabled) {
    throw new PltfError('conflict', {
      detail: `${name} is disabled`,
      fix: 'Enable the user first.',
    });
  }
}

/** Whether this caller holds every right of its user, as a session does and a token may not. */
export const isUnrestricted = (actor: Actor): boolean =>
  TokenScope.options.every((scope) => actor.scopes.has(scope));
