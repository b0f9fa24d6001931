import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** One run of the load generator. Times in milliseconds. */
export interface Run {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the proxy for one request, in microseconds: steadier than the rest. */
  readonly cpuMicroseconds: number | undefined;
  readonly failures: number;
}

const run = promisify(execFile);
const unitMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 };

function duration(text: string, percentile: number): number {
  const match = new RegExp(`^\\s+${percentile}%\\s+([\\d.]+)(us|ms|s)$`, 'm').exec(text);
  return Number(match?.[1]) * (unitMs[match?.[2] ?? ''] ?? Number.NaN);
}

/** Processor time that a process has used, in microseconds; undefined where there is no /proc. */
async function processorTime(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Loads a port with one thread and 32 connections. */
export async function measure(port: number, pid: number, seconds: number): Promise<Run> {
  const before = await processorTime(pid);
  const { stdout } = await run(
    'wrk',
    ['-t1', '-c32', `-d${seconds}s`, '--latency', `http://127.0.0.1:${port}/`],
    { timeout: (seconds + 20) * 1_000 },
  );
  const after = await processorTime(pid);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
    stdout,
  );
  const broken = (errors ?? []).slice(1).reduce((sum, count) => sum + Number(count), 0);
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p50Ms: duration(stdout, 50),
    p99Ms: duration(stdout, 99),
    cpuMicroseconds:
      before === undefined || after === undefined ? undefined : (after - before) / requests,
    failures: refused + broken,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
