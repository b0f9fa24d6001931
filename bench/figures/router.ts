import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Figure } from '../figure.ts';
import { bundlePrograms, Contest, freePort, type Running } from '../router/contest.ts';
import { measure, type Run } from '../router/measure.ts';
import { contestants } from '../router/proxies.ts';
import type { Effort, Group } from './group.ts';

const sources = fileURLToPath(new URL('../router', import.meta.url));
/** Bare undici says what Node can do and is no competitor; `bench/router.bench.ts` has it too. */
const competitors: ReadonlySet<string> = new Set(['nginx', 'caddy', 'router']);

/** Requests a second and p99 through the router, nginx and Caddy to one upstream, in turn. */
export const router: Group = {
  name: 'router',
  longestMs: 90_000,
  measure: async (effort, signal) => {
    await tools(signal);
    const folder = await mkdtemp(join(tmpdir(), 'pltf-bench-router-'));
    try {
      return figuresOf(await compete(folder, effort, signal));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Names what is not installed. */
async function tools(signal: AbortSignal): Promise<void> {
  const run = promisify(execFile);
  const missing: string[] = [];
  for (const [command, ...args] of [
    ['wrk', '-v'],
    ['nginx', '-v'],
    ['caddy', 'version'],
  ] as const)
    await run(command, args, { signal }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') missing.push(command);
    });
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}`);
}

type Runs = ReadonlyMap<string, readonly Run[]>;

async function compete(
  folder: string,
  { rounds, quick }: Effort,
  signal: AbortSignal,
): Promise<Runs> {
  const programs = join(folder, 'programs');
  await bundlePrograms(sources, programs);
  await using contest = new Contest();
  const upstream = await freePort();
  await contest.start(
    process.execPath,
    [join(programs, 'upstream-process.mjs'), String(upstream), 'bytes'],
    upstream,
    folder,
  );
  const running: Running[] = [];
  for (const proxy of contestants.filter(({ name }) => competitors.has(name)))
    running.push(await contest.startProxy(proxy, join(folder, proxy.name), programs, upstream));
  const runs = new Map<string, Run[]>(running.map(({ name }) => [name, []]));
  const seconds = quick ? 1 : 3;
  // Round 0 warms compilers and caches; then in turn, so that a busy moment of the machine hits all.
  for (let round = 0; round <= rounds; round += 1)
    for (const { name, port, pid } of running) {
      signal.throwIfAborted();
      const one = await measure(port, pid, round === 0 ? 1 : seconds);
      if (round > 0) runs.get(name)?.push(one);
    }
  return runs;
}

function figuresOf(runs: Runs): readonly Figure[] {
  const of = (name: string, pick: (run: Run) => number): readonly number[] =>
    (runs.get(name) ?? []).map(pick);
  const rate = (run: Run): number => run.requestsPerSecond;
  const p99 = (run: Run): number => run.p99Ms;
  const failures = [...runs].map(
    ([name, each]) => `${name} ${each.reduce((sum, run) => sum + run.failures, 0)}`,
  );
  return [
    {
      name: 'router to Caddy',
      unit: 'requests/s',
      samples: of('router', rate),
      comparedWith: { name: 'caddy', samples: of('caddy', rate) },
      bar: { kind: 'ratio-at-least', value: 1 },
      notes: [`failed requests: ${failures.join(', ')}`],
    },
    {
      name: 'router to nginx',
      unit: 'requests/s',
      samples: of('router', rate),
      comparedWith: { name: 'nginx', samples: of('nginx', rate) },
      bar: { kind: 'ratio-at-least', value: 0.5 },
    },
    {
      name: 'router, p99',
      unit: 'ms',
      samples: of('router', p99),
      comparedWith: { name: 'caddy', samples: of('caddy', p99) },
      bar: { kind: 'ratio-at-most', value: 1 },
    },
  ];
}
