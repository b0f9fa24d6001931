import { type ProbeTarget, probe } from './health-probe.ts';

export interface StartCheck {
  /** Undefined for a program that does not listen. */
  readonly target: ProbeTarget | undefined;
  readonly timeoutMs: number;
  /** Whether it is this instance that answers: undefined when it is, otherwise what is wrong. */
  readonly confirm: () => StartProblem | undefined;
  /** What is to be said when nothing listens where it should; undefined when nothing is known. */
  readonly elsewhere: () => string | undefined;
  readonly fix: string;
}

export interface StartProblem {
  readonly is: 'late' | 'stranger';
  readonly why: string;
  readonly fix: string;
}

export type StartResult = { readonly is: 'healthy' } | StartProblem | { readonly is: 'aborted' };

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
  const { target } = check;
  if (target === undefined) {
    await pause(settledMs, signal);
    return signal.aborted ? { is: 'aborted' } : { is: 'healthy' };
  }
  const begin = performance.now();
  let why = 'it was not asked yet';
  while (!signal.aborted) {
    const passed = performance.now() - begin;
    const left = check.timeoutMs - passed;
    if (left <= 0) return explainLate(check, target, why);
    const problem = await probe(target, Math.max(1, Math.min(probeTimeoutMs, left)));
    if (signal.aborted) break;
    if (problem === undefined) return check.confirm() ?? { is: 'healthy' };
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

function explainLate(check: StartCheck, target: ProbeTarget, why: string): StartProblem {
  const seconds = Math.round(check.timeoutMs / 100) / 10;
  const detail = `It was not healthy within ${seconds} s: ${why}`;
  const elsewhere = why.startsWith('nothing listens') ? check.elsewhere() : undefined;
  if (elsewhere !== undefined) {
    return { is: 'late', why: `${detail}, but ${elsewhere}.`, fix: check.fix };
  }
  const answer = target.path === undefined ? '' : ` Answer GET ${target.path} with 200.`;
  const fix = `${check.fix}${answer} A start that takes longer may: \`run: {startTimeout: 2m}\`.`;
  return { is: 'late', why: `${detail}.`, fix };
}

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
