import { portOwner, portsOf } from '../process/listeners.ts';
import { groupMembers } from '../process/process-facts.ts';
import { probe } from './health-probe.ts';

export interface StartCheck {
  readonly pid: number;
  /** Undefined for a program that does not listen. */
  readonly port: number | undefined;
  readonly health: string | undefined;
  readonly timeoutMs: number;
  /** Processes of the instance that are not in its process group. */
  readonly members: () => readonly number[];
}

export type StartResult =
  | { readonly is: 'healthy' }
  | { readonly is: 'late'; readonly why: string; readonly fix: string }
  | { readonly is: 'stranger'; readonly why: string; readonly fix: string }
  | { readonly is: 'aborted' };

/** A program that does not listen counts as started when it has stayed up this long. */
export const settledMs = 500;
const shortestPauseMs = 2;
const longestPauseMs = 250;
/** The pause grows with the time that has passed, so that looking costs little and is late by 5% at most. */
const pauseShare = 0.05;
const laterPauseMs = 1000;
const laterAfterMs = 15_000;
const probeTimeoutMs = 5000;

/** Looks until an instance answers on its port, and that it is this instance which does. */
export async function awaitHealthy(check: StartCheck, signal: AbortSignal): Promise<StartResult> {
  const { port } = check;
  if (port === undefined) {
    await pause(settledMs, signal);
    return signal.aborted ? { is: 'aborted' } : { is: 'healthy' };
  }
  const begin = performance.now();
  let why = 'it was not asked yet';
  while (!signal.aborted) {
    const passed = performance.now() - begin;
    const left = check.timeoutMs - passed;
    if (left <= 0) return explainLate(check, port, why);
    const target = { port, path: check.health };
    const problem = await probe(target, Math.max(1, Math.min(probeTimeoutMs, left)));
    if (signal.aborted) break;
    if (problem === undefined) return confirmOwner(check, port);
    why = problem;
    await pause(Math.min(pauseAfter(passed), Math.max(1, left)), signal);
  }
  return { is: 'aborted' };
}

/** How long to wait for the next look, in milliseconds: 2 at first, 10 after 0.2 s, 250 after 5 s. */
export function pauseAfter(passedMs: number): number {
  if (passedMs > laterAfterMs) return laterPauseMs;
  return Math.min(longestPauseMs, Math.max(shortestPauseMs, passedMs * pauseShare));
}

/** The common case first: the started process itself listens. */
function confirmOwner(check: StartCheck, port: number): StartResult {
  if (portOwner(port, [check.pid]) !== 'stranger') return { is: 'healthy' };
  if (portOwner(port, membersOf(check)) !== 'stranger') return { is: 'healthy' };
  return {
    is: 'stranger',
    why: `Another program of this machine listens on port ${port}, not this instance.`,
    fix: 'Deploy again: it gets another port. Programs of the machine should stay out of 20000-29999.',
  };
}

const membersOf = (check: StartCheck) => [
  ...new Set([check.pid, ...groupMembers(check.pid), ...check.members()]),
];

function explainLate(check: StartCheck, port: number, why: string): StartResult {
  const seconds = Math.round(check.timeoutMs / 100) / 10;
  const elsewhere = portsOf(membersOf(check)).filter((other) => other !== port);
  const detail = `It was not healthy within ${seconds} s: ${why}`;
  if (elsewhere.length > 0 && why.startsWith('nothing listens')) {
    return {
      is: 'late',
      why: `${detail}, but it listens on port ${elsewhere.join(', ')}.`,
      fix: 'Listen on the port in the variable PORT.',
    };
  }
  return {
    is: 'late',
    why: `${detail}.`,
    fix:
      check.health === undefined ? listenFix : `${listenFix} Answer GET ${check.health} with 200.`,
  };
}

const listenFix = 'Listen on the port in the variable PORT, on 127.0.0.1.';

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
