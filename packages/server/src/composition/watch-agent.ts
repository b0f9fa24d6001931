import type { Logger } from 'pino';
import { JournalFollower } from '../drivers/runtime/agent/journal-follower.ts';
import type { Lifecycle } from '../engine/lifecycle.ts';
import { postgresObservationCursor } from '../modules/runtime/index.ts';
import type { Db } from '../persistence/transaction.ts';
import type { Rooms } from './index.ts';

/** Takes in what the agent reports, and remembers since when it has been silent. */
export function watchAgent(rooms: Rooms, db: Db, lifecycle: Lifecycle, log: Logger): void {
  const { agentLost } = rooms;
  const follower = new JournalFollower({
    agent: rooms.agent,
    cursor: postgresObservationCursor(db, 'agent-journal'),
    intake: rooms.runtime.agentIntake,
    onLost: (error) => {
      if (agentLost.since === undefined) log.warn({ err: error }, 'the agent is not there');
      agentLost.since ??= new Date();
    },
    onFound: () => {
      agentLost.since = undefined;
    },
  });
  follower.start();
  lifecycle.started('agent journal', () => follower[Symbol.asyncDispose]());
}
