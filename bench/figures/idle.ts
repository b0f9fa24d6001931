import { setTimeout as sleep } from 'node:timers/promises';
import type { TestPlatform } from '../../test/e2e/support/platform.ts';
import { eventually, pltf } from '../../test/e2e/support/tools.ts';
import { withPlatform } from '../measuring/bench-platform.ts';
import { familyOf, memoryOf, processorMs } from '../measuring/processes.ts';
import { createService, succeeded } from '../measuring/service.ts';
import type { Effort, Group } from './group.ts';

const memoryBarMb = 350;
const processorBar = 2;
/** Two services at a time: as many as most machines that this runs on have cores. */
const atOnce = 2;
/** What follows a rollout (logs, journals, checkpoints of memory) has ended by then. */
const quietMs = 5_000;

/** What the platform itself uses while 50 placements, each with a program of its own, are asked nothing. */
export const idle: Group = {
  name: 'idle',
  longestMs: 150_000,
  measure: (effort, signal) =>
    withPlatform(signal, async (platform) => {
      if (process.platform !== 'linux') throw new Error('needs /proc, which only Linux has');
      const wanted = effort.quick ? 5 : 50;
      await place(platform, wanted, signal);
      await sleep(quietMs, undefined, { signal });
      const { memory, windows, notes } = await watch(platform, effort, signal);
      const mean = windows.reduce((sum, part) => sum + part, 0) / windows.length;
      return [
        {
          name: `idle memory, ${wanted} placements`,
          unit: 'MB',
          samples: memory,
          bar: { kind: 'at-most', value: memoryBarMb },
          notes,
        },
        {
          name: `idle processor, ${wanted} placements`,
          unit: '% of a core',
          samples: [mean],
          bar: { kind: 'at-most', value: processorBar },
          notes: [
            `the mean of ${windows.length} windows: ${windows.map((part) => part.toFixed(2)).join(', ')} %`,
          ],
        },
      ];
    }),
};

/** Services with a preview and staging each, and as many of them promoted as make the number. */
async function place(platform: TestPlatform, wanted: number, signal: AbortSignal): Promise<void> {
  const services = Math.ceil(wanted / 3);
  const names = Array.from({ length: services }, (_, index) => `idle-${index + 1}`);
  const promoted = new Set(names.slice(0, wanted - 2 * services));
  const queue = names.values();
  const worker = async (): Promise<void> => {
    for (const name of queue) {
      signal.throwIfAborted();
      await createService(platform, name);
      if (!promoted.has(name)) continue;
      succeeded('pltf promote', await pltf(platform, 'promote', name, '--yes'));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const look = () => platform.client.listComponents({ query: { limit: 500 } });
  await eventually(look, ({ items }) => {
    const placements = items.flatMap((component) => component.placements);
    return placements.length === wanted && placements.every(({ phase }) => phase === 'running');
  });
}

type Part = 'server' | 'agent' | 'postgres';

/** The processes that count now. The agent's children are the applications; the server's are git. */
async function countedParts(platform: TestPlatform) {
  const [server, agent, postmaster] = await Promise.all([
    platform.pid('server'),
    platform.pid('agent'),
    platform.pid('postgres'),
  ]);
  const parts: Readonly<Record<Part, readonly number[]>> = {
    server: await familyOf(server),
    agent: [agent],
    postgres: await familyOf(postmaster),
  };
  const applications = (await familyOf(agent)).filter((pid) => pid !== agent);
  return { parts, counted: Object.values(parts).flat(), applications };
}

async function watch(platform: TestPlatform, { quick }: Effort, signal: AbortSignal) {
  const memory: number[] = [];
  const windows: number[] = [];
  const windowMs = quick ? 3_000 : 10_000;
  for (let window = 0; window < 3; window += 1) {
    const { counted } = await countedParts(platform);
    memory.push((await memoryOf(counted)).proportionalMb);
    const [before, since] = [await processorMs(counted), performance.now()];
    await sleep(windowMs, undefined, { signal });
    // Looked up again: PostgreSQL's processes come and go.
    const used = (await processorMs((await countedParts(platform)).counted)) - before;
    windows.push((used / (performance.now() - since)) * 100);
  }
  return { memory, windows, notes: await describe(platform) };
}

/** What the sum is made of, and what the platform would weigh if nobody else ran Node.js. */
async function describe(platform: TestPlatform): Promise<readonly string[]> {
  const { parts, counted, applications } = await countedParts(platform);
  const each = await Promise.all(
    Object.entries(parts).map(async ([name, pids]) => {
      const { proportionalMb, residentMb } = await memoryOf(pids);
      return `${name} ${proportionalMb.toFixed(0)} (resident ${residentMb.toFixed(0)})`;
    }),
  );
  const beside = await memoryOf(applications);
  return [
    `MB of ${counted.length} processes: ${each.join(', ')}; pages of the node binary are shared with every other Node.js program of the machine, hence both`,
    `not counted: ${applications.length} processes of applications, ${beside.proportionalMb.toFixed(0)} MB`,
  ];
}
