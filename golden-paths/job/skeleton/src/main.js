import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doPiece, findPieces, jobName } from './job.js';
import { createLog } from './log.js';
import { createResults } from './results.js';
import { createRun, exitCodeOf, exitCodes } from './run.js';

const catchUpDays = Number(process.env.CATCH_UP_DAYS ?? 7);
// A run that hangs would keep the next one from beginning.
const limitMs = Number(process.env.LIMIT_MS ?? 3_600_000);
// Shorter than what the platform waits (30 s) before it kills.
const drainMs = Number(process.env.DRAIN_MS ?? 25_000);

const log = createLog();
const results = createResults(process.env.RESULTS_FOLDER ?? join(tmpdir(), jobName));
const started = performance.now();
const elapsed = () => Math.round(performance.now() - started);

const pieces = await findPieces({ now: new Date(), catchUpDays, results });
const run = createRun({ pieces, log, doPiece: (piece, context) => doPiece(piece, { ...context, results }) });

let stopping = false;
/** @param {string} because */
function end(because) {
  if (stopping) return;
  stopping = true;
  log('warn', 'ending', { because, drainMs });
  run.stop();
  setTimeout(() => {
    log('error', 'cut', { ms: elapsed() });
    process.exit(exitCodes.left);
  }, drainMs).unref();
}
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => end(signal));
setTimeout(() => end(`it took longer than ${limitMs} ms`), limitMs).unref();

log('info', 'started', { pieces: pieces.length, release: process.env.PLTF_RELEASE });
const outcome = await run.run();
const exitCode = exitCodeOf(outcome);
log(exitCode === exitCodes.done ? 'info' : 'error', 'finished', { ...outcome, ms: elapsed() });
process.exit(exitCode);
