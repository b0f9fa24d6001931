import { sql } from 'kysely';
import type { Actor } from '../kernel/actor.ts';
import { isServerAlive } from '../persistence/session.ts';
import type { Connection } from '../persistence/transaction.ts';

/** A change that somebody asks for. */
export interface ChangeRequest {
  readonly id: string;
  /** The endpoint's name. */
  readonly action: string;
  readonly target: string;
  readonly actor: Actor;
  readonly address: string;
  readonly why: string | undefined;
  readonly key: string | undefined;
  /** Of everything that makes this request what it is. */
  readonly hash: Buffer;
  /** False for answers that hold a secret: they are given once. */
  readonly keepsAnswer: boolean;
}

/** A request under way, or left by a server that died. */
export interface RequestRow {
  readonly id: string;
  readonly server: number;
  readonly actor: string;
  readonly via: Actor['via'];
  readonly action: string;
  readonly target: string;
  readonly address: string;
  readonly why: string | null;
  readonly key: string | null;
  readonly hash: Buffer;
  readonly alive: boolean;
}

/** False when a request with the same actor and key is under way. */
export async function insertRequest(
  on: Connection,
  request: ChangeRequest,
  server: number,
): Promise<boolean> {
  const row = await on
    .insertInto('requests')
    .values({
      id: request.id,
      server,
      actor: request.actor.name,
      via: request.actor.via,
      action: request.action,
      target: request.target,
      address: request.address,
      why: request.why ?? null,
      key: request.key ?? null,
      request_hash: request.hash,
    })
    .onConflict((conflict) =>
      conflict.columns(['actor', 'key']).where('key', 'is not', null).doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** False when the row is gone: then somebody took this server for dead. */
export async function markChanged(on: Connection, id: string): Promise<boolean> {
  const row = await on
    .updateTable('requests')
    .set({ changed: true })
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Undefined when it was removed already. */
export async function removeRequest(
  on: Connection,
  id: string,
): Promise<{ readonly changed: boolean } | undefined> {
  return on.deleteFrom('requests').where('id', '=', id).returning('changed').executeTakeFirst();
}

const selectRequests = (on: Connection) =>
  on
    .selectFrom('requests')
    .select([
      'id',
      'server',
      'actor',
      'via',
      'action',
      'target',
      'address',
      'why',
      'key',
      'request_hash as hash',
    ])
    .select(isServerAlive(sql.ref('requests.server')).as('alive'));

export async function findRequest(
  on: Connection,
  actor: string,
  key: string,
): Promise<RequestRow | undefined> {
  return selectRequests(on).where('actor', '=', actor).where('key', '=', key).executeTakeFirst();
}

/** Those whose server is dead or has the number `own`. */
export async function lostRequests(
  on: Connection,
  own: number | undefined,
): Promise<readonly RequestRow[]> {
  const rows = await selectRequests(on).orderBy('started_at').limit(1_000).execute();
  return rows.filter((row) => !row.alive || row.server === own);
}

/** What was answered to a request with a key. */
export interface KeptAnswer {
  readonly status: number;
  readonly answer: unknown;
  readonly hash: Buffer;
}

export async function findAnswer(
  on: Connection,
  actor: string,
  key: string,
): Promise<KeptAnswer | undefined> {
  return on
    .selectFrom('idempotency')
    .select(['status', 'answer', 'request_hash as hash'])
    .where('actor', '=', actor)
    .where('key', '=', key)
    .executeTakeFirst();
}

export async function keepAnswer(
  on: Connection,
  kept: KeptAnswer & { readonly actor: string; readonly key: string },
): Promise<void> {
  const { actor, key, hash, status, answer } = kept;
  await on
    .insertInto('idempotency')
    .values({ actor, key, request_hash: hash, status, answer: JSON.stringify(answer) })
    .onConflict((conflict) => conflict.columns(['actor', 'key']).doNothing())
    .execute();
}

export async function forgetAnswers(on: Connection, before: Date): Promise<void> {
  await on.deleteFrom('idempotency').where('created_at', '<', before).execute();
}
