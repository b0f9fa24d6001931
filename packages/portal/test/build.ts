import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

export interface BuiltPortal extends AsyncDisposable {
  readonly path: string;
}

/** Builds the portal as it ships, into a folder of its own. */
export async function buildPortal(): Promise<BuiltPortal> {
  const path = await mkdtemp(join(tmpdir(), 'pltf-portal-'));
  // Under a test runner React would be bundled as for development, twice as large and with double effects.
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  await build({
    root: join(import.meta.dirname, '..'),
    logLevel: 'error',
    build: { outDir: path, emptyOutDir: true },
  });
  process.env['NODE_ENV'] = before;
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
