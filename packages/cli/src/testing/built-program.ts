import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** The program as it ships: bundled, with its chunks, in a folder of its own. */
export interface BuiltProgram extends Disposable {
  readonly directory: string;
  readonly file: string;
  readonly metafile: Metafile;
}

export async function buildProgram(): Promise<BuiltProgram> {
  const directory = mkdtempSync(join(tmpdir(), 'pltf-built-'));
  const { metafile } = await build({
    entryPoints: { pltf: join(import.meta.dirname, '..', 'main.ts') },
    outdir: directory,
    chunkNames: 'pltf-chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node20.19',
    metafile: true,
    logLevel: 'silent',
    banner: {
      js: "import{createRequire as pltfCreateRequire}from'node:module';const require=pltfCreateRequire(import.meta.url);",
    },
  });
  return {
    directory,
    file: join(directory, 'pltf.mjs'),
    metafile,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts a program with arguments and collects what it says. */
export function start(
  program: string,
  args: readonly string[],
  { env, stdin = '' }: { readonly env: Readonly<Record<string, string>>; readonly stdin?: string },
): Started {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.end(stdin);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended };
}
