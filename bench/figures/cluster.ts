import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createYamlWriter } from '@pltf/plan/render';
import {
  type BenchCluster,
  newPlatform,
  removeAll,
  sumOf,
  withCluster,
} from '../cluster/bench-cluster.ts';
import { kubectl } from '../cluster/kubectl.ts';
import {
  everythingOf,
  pass,
  passOverAll,
  type StoppedFleet,
  stoppedFleet,
  withSetting,
} from '../cluster/stopped-fleet.ts';
import { memoryOfWatching } from '../cluster/watching.ts';
import type { Figure } from '../figure.ts';
import type { Effort, Group } from './group.ts';

const bars = { apply: 0.5, pass: 1000, writes: 0, change: 500, memory: 400 };
const placementsOf = ({ quick, placements }: Effort): number => placements ?? (quick ? 20 : 1000);

/** A thousand placements in a real cluster: applied for the first time, settled, one of them changed, all watched. */
export const cluster: Group = {
  name: 'cluster',
  longestMs: 1_800_000,
  measure: (effort, signal) =>
    withCluster(signal, async (target) => {
      const served = await target.api.served();
      const fleet = stoppedFleet(served, placementsOf(effort));
      const applied = await firstApply(target, fleet, signal);
      await settled(target);
      const passed = await settledPasses(target, fleet, effort, signal);
      const changed = await changes(target, fleet, effort, signal);
      const watched = await memoryOfWatching(target.platform, fleet.inputs.length, signal);
      return [
        applied,
        ...passed,
        changed,
        {
          name: `a process that watches ${fleet.inputs.length} placements`,
          unit: 'MB',
          samples: [watched.residentMb],
          bar: { kind: 'at-most', value: bars.memory },
          notes: [
            `${watched.baseMb.toFixed(0)} MB of it before the first object; ${watched.objects} objects are in its cache`,
          ],
        },
      ];
    }),
};

/** `kubectl` first: what the API server has warmed up, it has warmed up for us. Other environments, the same objects. */
async function firstApply(
  target: BenchCluster,
  fleet: StoppedFleet,
  signal: AbortSignal,
): Promise<Figure> {
  const theirs = { ...target, platform: newPlatform() };
  const folder = await mkdtemp(join(tmpdir(), 'pltf-bench-'));
  try {
    const served = await target.api.served();
    const others = stoppedFleet(served, fleet.inputs.length);
    const write = createYamlWriter();
    const file = join(folder, 'fleet.yaml');
    const objects = others.inputs.flatMap((input) => everythingOf(theirs, input));
    await writeFile(file, write(objects));
    const kubectlMs = await timed(() =>
      kubectl(['apply', '--server-side', '--field-manager=pltf', '--filename', file], signal),
    );
    const before = sumOf(target.requests);
    const oursMs = await timed(() => passOverAll(target, fleet.inputs, signal));
    return {
      name: `first apply of ${fleet.inputs.length} placements`,
      unit: 'ms',
      samples: [oursMs],
      comparedWith: { name: 'kubectl apply --server-side', samples: [kubectlMs] },
      bar: { kind: 'ratio-at-most', value: bars.apply },
      notes: [
        `${objects.length} objects on either side, of stopped placements: no pod starts; ${sumOf(target.requests) - before} requests of ours`,
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await removeAll(theirs.platform);
  }
}

/** What the cluster itself writes after an apply (status, defaults of its own) is over when nothing has come for a while. */
async function settled({ cache }: BenchCluster): Promise<void> {
  const quietMs = 3000;
  await new Promise<void>((resolve) => {
    let timer = setTimeout(end, quietMs);
    const stop = cache.onChange(() => {
      clearTimeout(timer);
      timer = setTimeout(end, quietMs);
    });
    function end(): void {
      stop();
      resolve();
    }
  });
}

async function settledPasses(
  target: BenchCluster,
  { inputs }: StoppedFleet,
  { rounds }: Effort,
  signal: AbortSignal,
): Promise<readonly Figure[]> {
  const samples: number[] = [];
  const asked: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = sumOf(target.requests);
    samples.push(await timed(() => passOverAll(target, inputs, signal)));
    asked.push(sumOf(target.requests) - before);
  }
  const name = `pass over ${inputs.length} settled placements`;
  return [
    { name, unit: 'ms', samples, bar: { kind: 'at-most', value: bars.pass } },
    {
      name: `${name}: requests`,
      unit: 'requests',
      samples: asked,
      bar: { kind: 'at-most', value: bars.writes },
    },
  ];
}

/** One line of one thin file, rendered and applied, while all others are watched. */
async function changes(
  target: BenchCluster,
  { inputs }: StoppedFleet,
  { rounds }: Effort,
  signal: AbortSignal,
): Promise<Figure> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const input = inputs[round % inputs.length];
    if (input === undefined) break;
    const changed = withSetting(input, 'BENCH_ROUND', String(round));
    samples.push(await timed(() => pass(target, changed, signal)));
  }
  return {
    name: 'one line changed until the API server has it',
    unit: 'ms',
    samples,
    bar: { kind: 'at-most', value: bars.change },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}
