// The router against nginx and Caddy as reverse proxies to the same application, in one run:
//   npx tsx bench/router.bench.ts [--json] [--rounds=3] [--seconds=4] [--upstream=bytes|node] [--all]
// Everything listens on 127.0.0.1. Tools that are not installed are left out, and named.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundlePrograms, Contest, freePort, type Running } from './router/contest.ts';
import { measure, median, type Run } from './router/measure.ts';
import { alternatives, contestants, type Proxy } from './router/proxies.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    upstream: { type: 'string', default: 'bytes' },
  },
});
const rounds = Math.min(20, Math.max(1, Number(options.rounds)));
const seconds = Math.min(60, Math.max(1, Number(options.seconds)));

function installed(command: string): boolean {
  try {
    execFileSync('which', [command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Figures extends Run {
  readonly name: string;
}

function figuresOf(name: string, runs: readonly Run[]): Figures {
  const middle = (pick: (run: Run) => number): number => median(runs.map(pick));
  const cpu = middle((run) => run.cpuMicroseconds ?? Number.NaN);
  return {
    name,
    requestsPerSecond: middle((run) => run.requestsPerSecond),
    p50Ms: middle((run) => run.p50Ms),
    p99Ms: middle((run) => run.p99Ms),
    cpuMicroseconds: Number.isNaN(cpu) ? undefined : cpu,
    failures: runs.reduce((sum, run) => sum + run.failures, 0),
  };
}

type Runs = ReadonlyMap<string, readonly Run[]>;

async function compete(proxies: readonly Proxy[], folder: string): Promise<Runs> {
  const programs = join(folder, 'programs');
  await bundlePrograms(join(dirname(fileURLToPath(import.meta.url)), 'router'), programs);
  await using contest = new Contest();
  const upstream = await freePort();
  const application = join(programs, 'upstream-process.mjs');
  const args = [application, String(upstream), options.upstream];
  const pid = await contest.start(process.execPath, args, upstream, folder);
  const running: Running[] = [{ name: 'direct', port: upstream, pid }];
  for (const [index, proxy] of proxies.entries())
    running.push(await contest.startProxy(proxy, join(folder, String(index)), programs, upstream));
  const runs = new Map<string, Run[]>(running.map(({ name }) => [name, []]));
  // Compilers and caches get warm first; then in turn, so that a busy moment of the machine hits all.
  for (const { port, pid: id } of running) await measure(port, id, 2);
  for (let round = 0; round < rounds; round++)
    for (const { name, port, pid: id } of running)
      runs.get(name)?.push(await measure(port, id, seconds));
  return runs;
}

/**
 * How many times as much as another contestant: the median over the rounds, because within one round both meet
 * the same machine. Undefined when one of them was left out.
 */
function ratio(all: Runs, other: string, pick: (run: Run) => number): number | undefined {
  const [ours, theirs] = [all.get('router') ?? [], all.get(other) ?? []];
  if (ours.length === 0 || theirs.length === 0) return undefined;
  const each = ours.map((run, round) => pick(run) / pick(theirs[round] as Run));
  return Math.round(median(each) * 100) / 100;
}

/** The bar: at least Caddy's throughput, at least half of nginx's, a p99 no worse than Caddy's. */
function verdict(all: Runs) {
  const throughput = (run: Run): number => run.requestsPerSecond;
  return {
    throughputToCaddy: ratio(all, 'caddy', throughput),
    throughputToNginx: ratio(all, 'nginx', throughput),
    throughputToUndici: ratio(all, 'undici, bare', throughput),
    p99ToCaddy: ratio(all, 'caddy', (run) => run.p99Ms),
  };
}

function table(all: readonly Figures[]): string {
  const cell = (value: number | undefined, digits: number): string =>
    (value === undefined ? '-' : value.toFixed(digits)).padStart(10);
  const rows = all.map(
    ({ name, requestsPerSecond, p50Ms, p99Ms, cpuMicroseconds, failures }) =>
      name.padEnd(18) +
      cell(requestsPerSecond, 0) +
      cell(p50Ms, 2) +
      cell(p99Ms, 2) +
      cell(cpuMicroseconds, 1) +
      cell(failures, 0),
  );
  const head = ['requests/s', 'p50 ms', 'p99 ms', 'cpu us/req', 'failures'];
  return [''.padEnd(18) + head.map((text) => text.padStart(10)).join(''), ...rows].join('\n');
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

if (!installed('wrk')) {
  print('wrk is not installed, so nothing was measured.');
} else {
  const wanted = options.all ? [...contestants, ...alternatives] : contestants;
  const present = wanted.filter(({ command }) => command.startsWith('/') || installed(command));
  const missing = wanted.filter((proxy) => !present.includes(proxy)).map(({ name }) => name);
  const folder = await mkdtemp(join(tmpdir(), 'pltf-bench-router-'));
  try {
    const runs = await compete(present, folder);
    const figures = [...runs].map(([name, each]) => figuresOf(name, each));
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
    const result = {
      rounds,
      seconds,
      connections: 32,
      upstream: options.upstream,
      machine,
      missing,
      figures,
      verdict: verdict(runs),
    };
    if (options.json) print(JSON.stringify(result, undefined, 2));
    else {
      print(table(figures));
      if (missing.length > 0) print(`Not installed, left out: ${missing.join(', ')}`);
      print(JSON.stringify(result.verdict));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
