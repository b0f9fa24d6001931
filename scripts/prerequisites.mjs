// What must be there before anything runs: Node, git and the installed packages. Plain Node, no packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {readonly [number, number]} */
const oldestGit = [2, 28];
const stampFile = join(root, 'node_modules', '.pltf-lock');

/** Why this machine cannot run pltf, each with its remedy; empty when it can. */
export function missingPrerequisites() {
  const missing = [];
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const nodeFits =
    (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || (major > 22 && major !== 23);
  if (!nodeFits) {
    missing.push(
      `Node.js ${process.versions.node} is running; pltf needs 20.19 or later of 20, 22.12 or later of 22, or 24 and later.\n` +
        '  Install one from https://nodejs.org, or `nvm install 22 && nvm use 22`.',
    );
  }
  const git = spawnSync('git', ['--version'], { encoding: 'utf8' });
  const [, gitMajor, gitMinor = 0] = git.stdout?.match(/(\d+)\.(\d+)/)?.map(Number) ?? [];
  if (git.status !== 0 || gitMajor === undefined) {
    missing.push(
      'git was not found; pltf keeps every repository with it.\n' +
        '  Install it: `apt-get install git`, `dnf install git` or `brew install git`.',
    );
  } else if (gitMajor < oldestGit[0] || (gitMajor === oldestGit[0] && gitMinor < oldestGit[1])) {
    missing.push(
      `git ${gitMajor}.${gitMinor} is too old; pltf needs ${oldestGit.join('.')} or later.`,
    );
  }
  return missing;
}

/** Ends the process with every missing prerequisite and its remedy. */
export function requirePrerequisites() {
  const missing = missingPrerequisites();
  if (missing.length === 0) return;
  for (const text of missing) console.error(`pltf: ${text}`);
  process.exit(1);
}

/** Runs `npm ci` when node_modules is missing or was made from another lock; says so when it does. */
export function ensureInstalled() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return;
  if (!isInstalled(JSON.parse(lock))) {
    console.error('pltf: installing packages (npm ci) …');
    const started = performance.now();
    const npm = process.env.npm_execpath;
    const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const ended =
      npm === undefined
        ? spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] })
        : spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
    if (ended.status !== 0) {
      console.error(
        `pltf: npm ci failed${ended.error ? ` (${ended.error.message})` : ''}. Its message is above; mend its cause and repeat.`,
      );
      process.exit(1);
    }
    console.error(`pltf: installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  writeFileSync(stampFile, hash);
}

/** Whether npm's own record of node_modules has everything the lock asks for (somebody ran npm ci by hand). */
function isInstalled(lock) {
  let installed;
  try {
    installed = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8'));
  } catch {
    return false;
  }
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || wanted.link || !path.includes('node_modules/')) return true;
    const found = installed.packages[path];
    return found === undefined ? wanted.optional === true : found.version === wanted.version;
  });
}
