// `npm start [-- <options of pltf up>]`: from a fresh clone to a running platform in one command.
// Plain Node: it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, requirePrerequisites, root } from './prerequisites.mjs';

requirePrerequisites();
ensureInstalled();
ensureBuilt(await import('./build.mjs'));
run([join(root, 'dist', 'up.js'), ...process.argv.slice(2)]);

/** Builds in a process of its own, so that the bundlers' memory is not kept while the platform runs. */
function ensureBuilt({ isBuilt }) {
  if (isBuilt()) return;
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], {
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  console.error('pltf: the build failed; its messages are above. Mend their cause and repeat.');
  process.exit(1);
}

/** Becomes, as far as Node allows, the given program: signals go in, its end comes out. */
function run(args) {
  const child = spawn(process.execPath, args, { cwd: process.cwd(), stdio: 'inherit' });
  const last = new Map();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // Ctrl-C reaches the child from the terminal itself, and npm passes the same signal on again.
      const repeated = performance.now() - (last.get(signal) ?? Number.NEGATIVE_INFINITY) < 500;
      last.set(signal, performance.now());
      if (!repeated && !(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`pltf: ${args[0]} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
