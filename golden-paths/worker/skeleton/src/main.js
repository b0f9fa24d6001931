import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog } from './log.js';
import { work } from './work.js';
import { createWorker } from './worker.js';

const intervalMs = Number(process.env.INTERVAL_MS ?? 5_000);
// Shorter than what the platform waits (30 s) before it kills.
const drainMs = Number(process.env.DRAIN_MS ?? 25_000);
const heartbeat = process.env.HEARTBEAT_FILE ?? path.join(tmpdir(), 'heartbeat');

const log = createLog();
const worker = createWorker({
  work,
  log,
  intervalMs,
  // Where it cannot be written nobody asks for it either: that is no reason to stop working.
  onTurn: () => writeFile(heartbeat, '').catch(() => undefined),
});

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    log('info', 'stopping', { signal });
    const finished = await worker.stop(drainMs);
    log(finished ? 'info' : 'warn', 'stopped', { finished });
    process.exit(0);
  });
}

log('info', 'working', { intervalMs });
await worker.run();
