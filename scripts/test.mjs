// `npm test [-- <path>…]`: installs and builds what is missing, runs the tests, says what was skipped
// and why, and ends with the plain line `N passed, N failed, N skipped`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { ensureInstalled, requirePrerequisites, root } from './prerequisites.mjs';

requirePrerequisites();
ensureInstalled();
const isBuilt =
  spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' }).status === 0;
for (const line of optionalTools()) console.log(line);

const scratch = mkdtempSync(join(tmpdir(), 'pltf-test-'));
try {
  const report = join(scratch, 'report.json');
  const code = await vitest(report, process.argv.slice(2));
  const { passed, failed, skipped, notes } = countsOf(report, code);
  for (const note of notes) console.log(note);
  if (!isBuilt)
    console.log(
      'The build is incomplete (see the top of this output): this run does not count as passed.',
    );
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = code === 0 && failed === 0 && passed > 0 && isBuilt ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Runs vitest over everything, or what is asked for; resolves to its exit code. */
function vitest(report, filters) {
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Counts of a run. A file that could not be loaded, and an error outside any test, count as failed. */
function countsOf(report, code) {
  const notes = [];
  const counts = { passed: 0, failed: 0, skipped: 0, notes };
  if (!existsSync(report)) {
    notes.push('vitest ended without a report.');
    return { ...counts, failed: 1 };
  }
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  for (const { name, status, message, assertionResults } of testResults) {
    const file = relative(root, name);
    if (status === 'failed' && !assertionResults.some((one) => one.status === 'failed')) {
      counts.failed += 1;
      notes.push(`could not be run: ${file}: ${(message ?? '').split('\n')[0]}`);
    }
    for (const { status: outcome, fullName } of assertionResults) {
      if (outcome === 'passed') counts.passed += 1;
      else if (outcome === 'failed') counts.failed += 1;
      else {
        counts.skipped += 1;
        notes.push(`skipped: ${file}: ${fullName}`);
      }
    }
  }
  if (counts.passed + counts.failed === 0) {
    notes.push('no test ran: that is a failure.');
    counts.failed = 1;
  } else if (code !== 0 && counts.failed === 0) {
    notes.push('vitest failed outside of any test; see above.');
    counts.failed = 1;
  }
  return counts;
}

/** One line for each optional tool: found, or what its absence skips. */
function optionalTools() {
  const uses = [
    ['Docker', works('docker', ['info']), 'tests of images are skipped'],
    [
      'Kubernetes',
      works('kubectl', ['--request-timeout=2s', 'version']),
      'tests against a cluster are skipped',
    ],
    [
      'Chromium',
      onPath('chromium', 'chromium-browser', 'google-chrome'),
      'tests of the portal in a browser are skipped',
    ],
    ['bubblewrap', onPath('bwrap'), 'tests of namespaces are skipped'],
    ['Caddy', onPath('caddy'), 'the router is not compared with it'],
    ['nginx', onPath('nginx', '/usr/sbin/nginx'), 'the router is not compared with it'],
    ['wrk', onPath('wrk'), 'load is made by Node alone'],
  ];
  return uses.map(
    ([name, there, without]) => `optional: ${name} ${there ? 'found' : `not found: ${without}`}`,
  );
}

function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.some(
    (name) => existsSync(name) || folders.some((folder) => existsSync(join(folder, name))),
  );
}

function works(program, args) {
  if (!onPath(program)) return false;
  return spawnSync(program, args, { stdio: 'ignore', timeout: 5000 }).status === 0;
}
