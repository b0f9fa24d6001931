import type { Style } from '../output/style.ts';

const good = new Set(['healthy', 'running', 'passed', 'ready', 'ok', 'done']);
const bad = new Set(['down', 'failed', 'exited', 'denied', 'rolled-back', 'unhealthy']);
const uneasy = new Set([
  'degraded',
  'rolling',
  'backoff',
  'queued',
  'starting',
  'creating',
  'deleting',
]);

/** The colour that a state has everywhere. What is unknown is never shown as good. */
export function paintState(text: string, { green, red, yellow, dim }: Style): string {
  if (good.has(text)) return green(text);
  if (bad.has(text)) return red(text);
  return uneasy.has(text) ? yellow(text) : dim(text);
}
