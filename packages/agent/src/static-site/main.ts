#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { serveSite } from './site-server.ts';

const options = {
  port: { type: 'string', default: '0' },
  host: { type: 'string', default: '127.0.0.1' },
  version: { type: 'string', default: '' },
} as const;

/** Serves one folder until SIGTERM: `static-server.js --port 8080 <folder>`. */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({ options, allowPositionals: true });
  const site = await serveSite({
    folder: positionals[0] ?? '.',
    host: values.host,
    port: Number(values.port),
    version: values.version,
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
