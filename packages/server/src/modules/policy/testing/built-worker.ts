import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The program of the evaluation thread, built as the product builds it, into a folder of its own. */
export async function builtWorker(): Promise<{ readonly file: URL } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'pltf-audit-worker-'));
  const outfile = join(folder, 'audit-worker.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../../../audit-worker/main.ts', import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['pg-native'],
    banner: {
      js: "import{createRequire as pltfCreateRequire}from'node:module';const require=pltfCreateRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
  return {
    file: pathToFileURL(outfile),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
