import { setTimeout as sleep } from 'node:timers/promises';
import { startLoopServer } from './loop-server.ts';

/** A server for tests to kill: takes the key `hang` in hand, says so, and never comes to its end. */
const url = process.argv[2] ?? '';
await startLoopServer(url, [
  {
    name: 'test',
    concurrency: 1,
    reconcile: async (key) => {
      process.stdout.write(`began ${key}\n`);
      await sleep(600_000);
      return undefined;
    },
  },
]);
