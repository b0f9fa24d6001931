import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ExclusiveLocks, HeldLock } from '../kernel/exclusive-lock.ts';

/** Advisory locks of this class are named ones; what they say is the hash of the name. */
const namedLockClass = 7_350_005;
const firstPauseMs = 20;
const longestPauseMs = 500;
const connectMs = 5_000;

/**
 * Locks by name across all servers of one database. Each is held by a connection of its own: PostgreSQL frees it the
 * moment its server dies.
 */
export function advisoryLocks(url: string, waitMs = 30_000): ExclusiveLocks {
  return {
    named: (name) => ({
      acquire: async (signal) => {
        const client = new pg.Client({
          connectionString: url,
          application_name: 'pltf lock',
          connectionTimeoutMillis: connectMs,
          keepAlive: true,
        });
        client.on('error', () => undefined);
        try {
          await client.connect();
          const taken = await take(client, numberOf(name), Date.now() + waitMs, signal);
          if (taken) return held(client);
        } catch (error) {
          await client.end().catch(() => undefined);
          throw error;
        }
        await client.end();
        return undefined;
      },
    }),
  };
}

const held = (client: pg.Client): HeldLock => ({
  [Symbol.asyncDispose]: () => client.end().catch(() => undefined),
});

async function take(
  client: pg.Client,
  number: number,
  until: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for (let pause = firstPauseMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1, $2) as taken',
      [namedLockClass, number],
    );
    if (rows[0]?.taken === true) return true;
    if (Date.now() > until || signal?.aborted === true) return false;
    await sleep(pause);
  }
}

/** Names that fall together wait for each other, and nothing worse. */
const numberOf = (name: string): number =>
  createHash('sha256').update(name).digest().readInt32BE(0);
