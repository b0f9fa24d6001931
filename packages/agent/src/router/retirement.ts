import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from './backend.ts';
import type { Exchange } from './exchange.ts';

/** What became of what was in flight when instances were retired. */
export interface Retired {
  /** Requests that came to their end by themselves. */
  readonly drained: number;
  /** Requests and connections that were cut at the deadline. */
  readonly cut: number;
  /** Web sockets that were told to go (1012 to the client, 1001 to the application). */
  readonly websocketsClosed: number;
}

export interface Retirement {
  readonly backends: readonly Backend[];
  readonly deadlineMs: number;
  /** What is in flight to these instances at the moment of the call. */
  readonly inFlight: (backends: readonly Backend[]) => readonly Exchange[];
}

/** Everybody reconnects at once otherwise, and the new instances get all of it in one moment. */
const longestSpreadMs = 5_000;

/**
 * Waits until the instances, which have left their routes, have nothing in flight; tells web sockets to go,
 * evenly over half of the time; cuts what is left at the deadline.
 */
export async function retire({ backends, deadlineMs, inFlight }: Retirement): Promise<Retired> {
  const requests = backends.reduce((sum, backend) => sum + backend.inFlight, 0);
  const tunnels = backends.flatMap((backend) => [...backend.tunnels]);
  const spreadMs = Math.min(longestSpreadMs, deadlineMs / 2);
  const timers = tunnels.map((tunnel, index) =>
    setTimeout(() => tunnel.goAway(), (index * spreadMs) / tunnels.length),
  );
  const waiting = new AbortController();
  await Promise.race([
    Promise.all(backends.map((backend) => backend.whenEmpty())),
    sleep(deadlineMs, undefined, { signal: waiting.signal }).catch(() => undefined),
  ]);
  waiting.abort();
  for (const timer of timers) clearTimeout(timer);
  const late = inFlight(backends);
  const open = backends.flatMap((backend) => [...backend.tunnels]);
  for (const exchange of late) exchange.cut();
  for (const tunnel of open) tunnel.cut();
  const cutConnections = open.filter((tunnel) => !tunnel.saysGoodbye).length;
  return {
    drained: Math.max(0, requests - late.length),
    cut: late.length + cutConnections,
    websocketsClosed: tunnels.filter((tunnel) => tunnel.saysGoodbye).length,
  };
}
