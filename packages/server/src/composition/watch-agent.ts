import type { Logger } from 'pino';
import { JournalFollower } from '../drivers/runtime/agent/journal-follower.ts';
import type { Lifecycle } from '../engine/lifecycle.ts';
import { postgresObservationCursor } from '../modules/runtime/index.ts';
import type { Db } from '../persistence/transaction.ts';
import type { Rooms } from './index.ts';

export interface DriverWatch {
  /** Since when the agent has not answered; undefined while it does. */
  readonly lostSince: () => Date | undefined;
}

/** Takes in what the agent reports, and remembers since when it has been silent. */
export function watchAgent(rooms: Rooms, db: Db, lifecycle: Lifecycle, log: Logger): DriverWatch {
  let lostSince: Date | undefined = new Date();
  const follower = new JournalFollower({
    agent: rooms.agent,
    cursor: postgresObservationCursor(db, 'agent-journal'),
    intake: rooms.runtime.intake,
    onLost: (error) => {
      if (lostSince === undefined) log.warn({ err: error }, 'the agent is not there');
      lostSince ??= new Date();
    },
    onFound: () => {
      lostSince = undefined;
    },
  });
  follower.start();
  lifecycle.started('agent journal', () => follower[Symbol.asyncDispose]());
  return { lostSince: () => lostSince };
}
