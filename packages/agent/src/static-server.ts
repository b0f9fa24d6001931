#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { serveSite } from './static-site/site-server.ts';

/** Serves one folder until SIGTERM: `node static-server.js <folder>` with PORT and HOST. */
async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const site = await serveSite({
    folder: positionals[0] ?? '.',
    host: process.env['HOST'] ?? '127.0.0.1',
    port: Number(process.env['PORT'] ?? 0),
    version: (process.env['PLTF_COMMIT'] ?? '').slice(0, 12),
  });
  process.stdout.write(`serving ${site.folder} on port ${site.port}\n`);
  const end = () => void site.close().then(() => process.exit(0));
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
