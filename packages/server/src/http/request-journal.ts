import { type ErrorCode, PltfError, toProblem } from '@pltf/contracts';
import type { Actor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import { appendAudit } from '../modules/identity/index.ts';
import type { ServerSession } from '../persistence/session.ts';
import { type Connection, type Db, markingChanges } from '../persistence/transaction.ts';
import { toPltfError } from './problem-answers.ts';
import {
  type ChangeRequest,
  findAnswer,
  findRequest,
  forgetAnswers,
  insertRequest,
  type KeptAnswer,
  keepAnswer,
  lostRequests,
  markChanged,
  type RequestRow,
  removeRequest,
} from './request-store.ts';

export interface Carried {
  readonly status: number;
  readonly answer: unknown;
  /** True when it was carried out earlier and this is the answer of then. */
  readonly repeated: boolean;
}

/** Carries a request out; `actor` when it turned out to be somebody else, as after signing in. */
export type Run = () => Promise<{
  readonly status: number;
  readonly answer: unknown;
  readonly actor?: Actor | undefined;
}>;

export interface JournalOptions {
  readonly db: Db;
  readonly session: Pick<ServerSession, 'number' | 'on' | 'off'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

const answersKeptMs = 24 * 3_600_000;
const sweepEveryMs = 3_600_000;
/** Denials, as against failures: the caller was not allowed, and nothing was tried. */
const denials: ReadonlySet<ErrorCode> = new Set(['unauthenticated', 'forbidden', 'link-expired']);

/**
 * Records every change that is asked for, before and after, so that none can happen unrecorded and none happens twice:
 *
 * 1. Before: a row in `requests`, committed. Without it nothing is carried out (fail closed). Its unique key makes
 *    the second of two equal requests wait or be refused.
 * 2. With each of the change's own transactions: the row is marked `changed`. If the row is gone, because somebody
 *    took this server for dead, the change is undone.
 * 3. After: in one transaction the audit entry, the answer kept for the key, and the row's removal.
 *
 * A server that dies between 1 and 3 leaves its row; whoever finds it (this journal at the start of a session, or a
 * repeated request) writes the entry, and knows from the mark whether the request may be carried out again.
 */
export class RequestJournal implements AsyncDisposable {
  readonly #options: JournalOptions;
  readonly #underWay = new Map<string, Promise<unknown>>();
  readonly #timer: NodeJS.Timeout;
  readonly #onUp = (): void => {
    void this.sweep();
  };

  constructor(options: JournalOptions) {
    this.#options = options;
    options.session.on('up', this.#onUp);
    this.#timer = setInterval(this.#onUp, sweepEveryMs);
    this.#timer.unref();
  }

  /** Carries out, or repeats the answer of an equal request with the same key. */
  async carryOut(request: ChangeRequest, run: Run): Promise<Carried> {
    const work = this.#once(request, run);
    this.#underWay.set(request.id, work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(request.id);
    }
  }

  async #once(request: ChangeRequest, run: Run): Promise<Carried> {
    const kept = await this.#begin(request);
    if (kept !== undefined) {
      refuseOther(request, kept.hash);
      return { status: kept.status, answer: kept.answer, repeated: true };
    }
    const { end, error } = await this.#run(request, run);
    await this.#finish(request, end);
    if (end.outcome !== 'done') throw error;
    return { status: end.status, answer: end.answer, repeated: false };
  }

  async #run(
    request: ChangeRequest,
    run: Run,
  ): Promise<{ readonly end: End; readonly error?: unknown }> {
    let ended = false;
    const mark = async (trx: Connection): Promise<void> => {
      // What a handler set going and left alone goes on after the answer, and is no part of the request.
      if (ended || (await markChanged(trx, request.id))) return;
      throw new PltfError('conflict', {
        detail: 'this server lost its database while at work on the request',
      });
    };
    try {
      const { status, answer, actor } = await markingChanges(mark, run);
      return {
        end: { outcome: 'done', status, answer, actor: actor ?? request.actor, final: true },
      };
    } catch (error) {
      return { end: failureOf(error, request), error };
    } finally {
      ended = true;
    }
  }

  /** The answer that is there already; undefined once the request is written down as under way here. */
  async #begin(request: ChangeRequest): Promise<KeptAnswer | undefined> {
    const { db, session } = this.#options;
    for (;;) {
      const server = session.number;
      if (server === undefined) {
        throw new PltfError('database-unavailable', {
          detail: 'this server has no session with the database',
        });
      }
      if (await insertRequest(db, request, server)) {
        if (request.key === undefined) return undefined;
        // An equal request may have ended between two looks; its answer is there before its row is gone.
        const kept = await findAnswer(db, request.actor.name, request.key);
        if (kept !== undefined) await removeRequest(db, request.id);
        return kept;
      }
      await this.#waitFor(request, server);
    }
  }

  /** Waits for the equal request at work here, settles what a dead server left, refuses what is at work elsewhere. */
  async #waitFor(request: ChangeRequest, server: number): Promise<void> {
    const { db } = this.#options;
    const other =
      request.key === undefined
        ? undefined
        : await findRequest(db, request.actor.name, request.key);
    if (other === undefined) return;
    refuseOther(request, other.hash);
    const here = this.#underWay.get(other.id);
    if (here !== undefined) await here.catch(() => undefined);
    else if (other.alive && other.server !== server) {
      throw new PltfError('conflict', {
        detail: 'the same request is at work on another server',
        fix: 'Send it again in a moment.',
      });
    } else await this.#settleLost(other);
  }

  async #finish(request: ChangeRequest, end: End): Promise<void> {
    await this.#options.db.transaction().execute(async (trx) => {
      const removed = await removeRequest(trx, request.id);
      await appendAudit(trx, [entryOf(request, end)]);
      // What has changed something is never tried again, however it ended.
      if (request.key === undefined || !(end.final || removed?.changed === true)) return;
      const { status, answer } =
        request.keepsAnswer || end.status >= 400 ? end : secretAnswer(request.id);
      await keepAnswer(trx, {
        actor: request.actor.name,
        key: request.key,
        hash: request.hash,
        status,
        answer,
      });
    });
  }

  /** Writes down what became of a request whose server ended before it could. */
  async #settleLost(row: RequestRow): Promise<void> {
    await this.#options.db.transaction().execute(async (trx) => {
      const removed = await removeRequest(trx, row.id);
      if (removed === undefined) return;
      const note = removed.changed
        ? 'the server ended after the change and before its answer'
        : 'the server ended before it changed anything';
      const { id, action, target, address, actor, via } = row;
      const why = [row.why, note].filter((part) => part !== null).join('; ');
      const outcome = removed.changed ? 'done' : 'failed';
      await appendAudit(trx, [
        { actor, via, action, target, outcome, address, requestId: id, why },
      ]);
      if (removed.changed && row.key !== null) {
        await keepAnswer(trx, { actor, key: row.key, hash: row.hash, ...lostAnswer(id) });
      }
    });
  }

  /** Settles what dead servers left, and forgets answers of yesterday. */
  async sweep(): Promise<void> {
    const { db, session, clock, onError } = this.#options;
    try {
      for (const row of await lostRequests(db, session.number)) {
        if (!this.#underWay.has(row.id)) await this.#settleLost(row);
      }
      await forgetAnswers(db, new Date(clock.now().getTime() - answersKeptMs));
    } catch (error) {
      onError(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.session.off('up', this.#onUp);
    clearInterval(this.#timer);
    await Promise.allSettled(this.#underWay.values());
  }
}

interface End {
  readonly outcome: 'done' | 'denied' | 'failed';
  readonly actor: Actor;
  readonly status: number;
  readonly answer: unknown;
  /** Whether the same request would come to the same end. */
  readonly final: boolean;
  readonly note?: string;
}

function failureOf(error: unknown, { id, actor }: ChangeRequest): End {
  const known = toPltfError(error, id);
  const outcome = denials.has(known.code) ? 'denied' : 'failed';
  // What may go better next time, and what a new role would change, may be tried again.
  const final = !known.kind.retryable && outcome === 'failed';
  return { outcome, actor, final, ...asKept(known, id), note: `${known.code}: ${known.detail}` };
}

function entryOf(request: ChangeRequest, { actor, outcome, note }: End) {
  const { action, target, address, id, why } = request;
  const said = [why, note].filter((part) => part !== undefined).join('; ');
  return {
    actor: actor.name,
    via: actor.via,
    action,
    target,
    outcome,
    address,
    requestId: id,
    ...(said === '' ? {} : { why: said }),
  };
}

function refuseOther(request: ChangeRequest, hash: Buffer): void {
  if (request.hash.equals(hash)) return;
  throw new PltfError('idempotency-mismatch', {
    detail: 'this Idempotency-Key was used for another request',
  });
}

const asKept = (error: PltfError, id: string) => ({
  status: error.kind.status,
  answer: toProblem(error, id),
});

const lostAnswer = (id: string) =>
  asKept(
    new PltfError('answer-lost', {
      detail: 'the server that carried this out ended before it answered',
    }),
    id,
  );

const secretAnswer = (id: string) =>
  asKept(
    new PltfError('answer-lost', {
      detail: 'this was carried out; its answer held a secret, which is shown once',
      fix: 'Revoke what it made and make another.',
    }),
    id,
  );
