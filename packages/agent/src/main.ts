#!/usr/bin/env node
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PltfError } from '@pltf/contracts';
import { pino } from 'pino';
import { startAgent } from './agent.ts';
import { readOwnConfig } from './config.ts';

/** Ends all instances within this time when the platform is shut down for good. */
const stopWithinMs = 5 * 60_000;

async function main(): Promise<void> {
  process.umask(0o077);
  const programs = path.dirname(fileURLToPath(import.meta.url));
  const config = readOwnConfig(programs);
  const log = pino({ level: config.logLevel, base: { program: 'agent' } });
  // One failed call must not cut the traffic of all placements; it is a defect all the same.
  process.on('unhandledRejection', (error) =>
    log.error({ err: error }, 'a defect: nobody caught this'),
  );
  let ending = false;
  const end = (stopInstances: boolean) => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), stopInstances ? stopWithinMs : 10_000).unref();
    void agent
      .then(async (running) => {
        if (stopInstances) await running.stopInstances();
        await running[Symbol.asyncDispose]();
      })
      .finally(() => process.exit(0));
  };
  const agent = startAgent({ config, log, onStop: () => end(true) });
  // Instances live on: a restarted agent takes them up again.
  process.once('SIGTERM', () => end(false));
  process.once('SIGINT', () => end(false));
  await agent;
}

main().catch((error: unknown) => {
  const text = error instanceof PltfError ? `${error.detail} ${error.fix}` : String(error);
  process.stderr.write(`pltf agent: ${text}\n`);
  process.exit(1);
});
