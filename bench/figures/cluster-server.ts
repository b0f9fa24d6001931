import { setTimeout as sleep } from 'node:timers/promises';
import type { TestPlatform } from '../../test/e2e/support/platform.ts';
import { type ServedFleet, servedFleet } from '../cluster/served-fleet.ts';
import { withPlatform } from '../measuring/bench-platform.ts';
import { familyOf, memoryOf } from '../measuring/processes.ts';
import type { Effort, Group } from './group.ts';

const bars = { apply: 600_000, pass: 5_000, change: 500, memory: 400 };
/** What was needed to apply everything is given back by then. */
const calmMs = 20_000;

/** The same thousand placements, from the database to the cluster, by a whole platform. */
export const clusterServer: Group = {
  name: 'cluster-server',
  longestMs: 1_800_000,
  measure: (effort, signal) => {
    if (process.env['KUBECONFIG'] === undefined)
      throw new Error('needs a cluster: KUBECONFIG names no kubeconfig');
    return withPlatform(signal, async (platform) => {
      const count = effort.placements ?? (effort.quick ? 20 : 1000);
      await using fleet = await servedFleet(platform, count, signal);
      return await measureFleet(platform, fleet, count, effort, signal);
    });
  },
};

async function measureFleet(
  platform: TestPlatform,
  fleet: ServedFleet,
  count: number,
  { rounds }: Effort,
  signal: AbortSignal,
) {
  const applied = await timed(() => everyPlacement(fleet, count, signal));
  await sleep(calmMs, undefined, { signal });
  const { residentMb, proportionalMb } = await memoryOf(
    await familyOf(await platform.pid('server')),
  );
  const passes: number[] = [];
  const changes: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    passes.push(await timed(() => fleet.passOverAll()));
    changes.push(await fleet.changeOne(round));
  }
  const atMost = (value: number) => ({ kind: 'at-most', value }) as const;
  return [
    {
      ...{ name: `the server applies ${count} placements`, unit: 'ms' as const },
      ...{ samples: [applied], bar: atMost(bars.apply) },
      notes: ['stopped ones: from the work in the database until the cluster has come to the last'],
    },
    {
      ...{ name: `a server that watches ${count} placements`, unit: 'MB' as const },
      ...{ samples: [residentMb], bar: atMost(bars.memory) },
      notes: [`resident, with what it started; proportional: ${proportionalMb.toFixed(0)} MB`],
    },
    {
      ...{ name: `the server looks at ${count} settled placements`, unit: 'ms' as const },
      ...{ samples: passes, bar: atMost(bars.pass) },
      notes: ['each read from the database, rendered, compared and taken out of the work'],
    },
    {
      ...{ name: 'one line changed, from the database to who watches', unit: 'ms' as const },
      ...{ samples: changes, bar: atMost(bars.change) },
    },
  ];
}

async function everyPlacement(
  fleet: ServedFleet,
  count: number,
  signal: AbortSignal,
): Promise<void> {
  await fleet.passOverAll();
  while ((await fleet.settled()) < count) await sleep(100, undefined, { signal });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}
