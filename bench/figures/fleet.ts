import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EnvironmentRepo,
  openEnvironmentRepo,
} from '../../packages/server/src/drivers/environment-repo/index.ts';
import type { Figure } from '../figure.ts';
import {
  clusterFolder,
  type PaperFleet,
  paperManifests,
  smallFleet,
  wholeFleet,
} from '../fleet/paper-fleet.ts';
import type { Group } from './group.ts';

const bars = { whole: 10_000, size: 32, change: 500, listing: 500, difference: 50 };
const ref = 'refs/heads/main';
const megabyte = 1_000_000;

interface Samples {
  readonly whole: number[];
  readonly size: number[];
  readonly change: number[];
  readonly listing: number[];
  readonly difference: number[];
}

/** What a thousand clusters should run, rendered and written down; then one service changes in one ring. */
export const fleet: Group = {
  name: 'fleet',
  longestMs: 180_000,
  measure: async ({ rounds, quick }, signal) => {
    const measured = quick ? smallFleet : wholeFleet;
    const samples: Samples = { whole: [], size: [], change: [], listing: [], difference: [] };
    for (let round = 0; round < (quick ? 1 : Math.min(rounds, 3)); round += 1) {
      signal.throwIfAborted();
      await measureOnce(measured, samples);
    }
    return figuresOf(measured, samples);
  },
};

async function measureOnce(fleetOnPaper: PaperFleet, samples: Samples): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pltf-bench-fleet-'));
  try {
    const location = join(folder, 'fleet.git');
    await using repo = await openEnvironmentRepo({
      ...{ location, root: folder, path: process.env['PATH'] ?? '', batchMs: 0 },
    });
    await writeAndChange(repo, fleetOnPaper, samples);
    samples.size.push((await bytesOf(location)) / megabyte);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeAndChange(
  repo: EnvironmentRepo,
  fleetOnPaper: PaperFleet,
  samples: Samples,
): Promise<void> {
  const manifests = paperManifests(fleetOnPaper);
  const { pointers } = manifests;
  const first = await timed(samples.whole, () =>
    repo.commit({ ref, changes: manifests.all, pointers, message: 'The fleet' }),
  );
  const ring = fleetOnPaper.rings[1] ?? '';
  const second = await timed(samples.change, () => {
    const changes = new Map([manifests.one(7, ring, 4711)]);
    return repo.commit({ ref, changes, pointers, message: 'One service in one ring' });
  });
  // The second cluster is of the ring that changed, the first is not.
  const listed = await timed(samples.listing, () => repo.list(second.commit, clusterFolder(1)));
  const [changed, same] = await timed(samples.difference, async () => [
    await repo.difference(first.commit, second.commit, clusterFolder(1)),
    await repo.difference(first.commit, second.commit, clusterFolder(0)),
  ]);
  if (
    listed.length !== fleetOnPaper.services ||
    changed?.length !== 1 ||
    same?.length !== 0 ||
    second.unchanged
  ) {
    throw new Error('the repository does not hold what was written');
  }
}

async function timed<Result>(samples: number[], work: () => Promise<Result>): Promise<Result> {
  const since = performance.now();
  const result = await work();
  samples.push(performance.now() - since);
  return result;
}

async function bytesOf(path: string): Promise<number> {
  const entry = await stat(path);
  if (!entry.isDirectory()) return entry.size;
  let bytes = 0;
  for (const name of await readdir(path)) bytes += await bytesOf(join(path, name));
  return bytes;
}

function figuresOf(fleetOnPaper: PaperFleet, samples: Samples): readonly Figure[] {
  const { rings, services, clusters } = fleetOnPaper;
  const figure = (
    name: string,
    unit: Figure['unit'],
    measured: readonly number[],
    value: number,
    ...notes: string[]
  ): Figure => ({ name, unit, samples: measured, bar: { kind: 'at-most', value }, notes });
  return [
    figure(
      `fleet on paper: ${clusters} clusters x ${services} services over ${rings.length} rings`,
      'ms',
      samples.whole,
      bars.whole,
      `${rings.length * services} placements are rendered and written: whole ones, not of eight objects`,
    ),
    figure('its bare repository, with the change', 'MB', samples.size, bars.size),
    figure('one service changed in one ring', 'ms', samples.change, bars.change),
    figure('what one cluster runs at a commit', 'ms', samples.listing, bars.listing),
    figure(
      'what changed between two commits, for two clusters',
      'ms',
      samples.difference,
      bars.difference,
    ),
  ];
}
