import { createLog } from './log.js';
import { createService } from './service.js';

const port = Number(process.env.PORT ?? ${{ values.port }});
// Only this machine, unless told otherwise; the container image says 0.0.0.0.
const host = process.env.HOST ?? '127.0.0.1';
// Shorter than what the platform waits (30 s) before it kills.
const drainMs = Number(process.env.DRAIN_MS ?? 25_000);

const log = createLog();
const service = createService({ log });

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    log('info', 'stopping', { signal });
    const finished = await service.stop(drainMs);
    log(finished ? 'info' : 'warn', 'stopped', { finished });
    process.exit(0);
  });
}

log('info', 'listening', { host, port: await service.start(port, host) });
