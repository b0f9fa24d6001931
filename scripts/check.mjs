// `npm run check [-- <path>…]`: every check that needs no running platform, two at a time, with one
// summary. With paths, only what is below them counts. `npm run check:fix` formats first.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const paths = process.argv
  .slice(2)
  .filter((argument) => !argument.startsWith('-'))
  .map((path) => relative(root, resolve(path)).split(sep).join('/'));
const fix = process.argv.includes('--fix');

const bin = (...path) => join(root, 'node_modules', ...path);
const typescript = (project, cache) => [
  bin('typescript/bin/tsc'),
  '--noEmit',
  '--pretty',
  'false',
  '--incremental',
  '-p',
  project,
  '--tsBuildInfoFile',
  bin('.cache/pltf', cache),
];

// The slowest first: with two at a time the whole takes about as long as the first.
const checks = [
  { name: 'types', args: typescript('tsconfig.json', 'root.tsbuildinfo'), filter: true },
  {
    name: 'types of the portal',
    args: typescript('packages/portal/tsconfig.json', 'portal.tsbuildinfo'),
    filter: true,
    skip: !existsSync(join(root, 'packages/portal/src')),
  },
  {
    name: 'types of the portal’s tests',
    args: typescript('packages/portal/test/tsconfig.json', 'portal-test.tsbuildinfo'),
    filter: true,
    skip: !existsSync(join(root, 'packages/portal/test')),
  },
  {
    name: 'types of the scripts',
    args: typescript('scripts/tsconfig.json', 'scripts.tsbuildinfo'),
    filter: true,
  },
  { name: 'architecture', args: [join(root, 'scripts/check-architecture.mjs'), ...paths] },
  {
    name: 'unused code',
    args: [bin('knip/bin/knip.js'), '--no-progress', '--no-config-hints'],
    filter: true,
  },
  { name: 'lint', args: [bin('oxlint/bin/oxlint'), '--format', 'unix', ...paths] },
  {
    name: 'format',
    args: [
      bin('@biomejs/biome/bin/biome'),
      'check',
      '--reporter=summary',
      '--no-errors-on-unmatched',
      ...(fix ? ['--write'] : []),
      ...paths,
    ],
  },
];

/** Runs one check; its output counts only where it names a path that was asked for. */
async function run(check) {
  const started = performance.now();
  if (check.skip) return { ...check, ok: true, output: '', note: 'skipped: nothing there yet' };
  const child = spawn(process.execPath, check.args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  }
  const code = await new Promise((done) => {
    child.on('error', (error) => {
      output += String(error);
      done(1);
    });
    child.on('close', (status) => done(status ?? 1));
  });
  const note = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  if (code === 0 || !check.filter || paths.length === 0)
    return { ...check, ok: code === 0, output, note };
  const lines = output.split('\n').filter((line) => paths.some((path) => line.includes(path)));
  return { ...check, ok: lines.length === 0, output: lines.join('\n'), note };
}

const queue = [...checks];
const results = [];
const worker = async () => {
  for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
    results.push(await run(check));
  }
};
await Promise.all([worker(), worker()]);

for (const { name, ok, output } of results) {
  if (!ok)
    console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 70 - name.length))}\n${output.trim()}`);
}
console.log('');
for (const { name } of checks) {
  const { ok, note } = results.find((result) => result.name === name);
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name} (${note})`);
}
const failed = results.filter((result) => !result.ok).length;
if (failed > 0)
  console.log(
    `\n${failed} of ${checks.length} checks failed. \`npm run check:fix\` mends the format.`,
  );
process.exitCode = failed === 0 ? 0 : 1;
