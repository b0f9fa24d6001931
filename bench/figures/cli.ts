import { join } from 'node:path';
import { checkout, type TestPlatform } from '../../test/e2e/support/platform.ts';
import { pltf, run } from '../../test/e2e/support/tools.ts';
import { withPlatform } from '../measuring/bench-platform.ts';
import { seedCatalogue } from '../measuring/seeded-catalogue.ts';
import { succeeded } from '../measuring/service.ts';
import type { Group } from './group.ts';

const helpBarMs = 120;
const listBarMs = 250;
const services = 500;

/** Whole processes, from their start to their end. */
export const cli: Group = {
  name: 'cli',
  longestMs: 60_000,
  measure: ({ quick }, signal) =>
    withPlatform(signal, async (platform) => {
      await seedCatalogue(platform, services);
      const contestants = {
        node: () => run(process.execPath, ['-e', '0']),
        help: () => run(process.execPath, [join(checkout, 'dist', 'pltf.js'), '--help']),
        list: () => listed(platform),
      };
      const taken = { node: [] as number[], help: [] as number[], list: [] as number[] };
      const times = quick ? 3 : 10;
      for (let round = 0; round <= times; round += 1) {
        for (const name of ['node', 'help', 'list'] as const) {
          signal.throwIfAborted();
          const since = performance.now();
          const ended = await contestants[name]();
          const ms = performance.now() - since;
          succeeded(name, ended);
          if (round > 0) taken[name].push(ms);
        }
      }
      const comparedWith = { name: '`node -e 0`', samples: taken.node };
      return [
        {
          name: 'pltf --help',
          unit: 'ms',
          samples: taken.help,
          comparedWith,
          bar: { kind: 'at-most', value: helpBarMs },
        },
        {
          name: `pltf list, ${services} services`,
          unit: 'ms',
          samples: taken.list,
          comparedWith,
          bar: { kind: 'at-most', value: listBarMs },
          notes: [
            `the ${services} services with 3 placements each are rows put into the database, not services that run`,
          ],
        },
      ];
    }),
};

/** Refuses a list that is not whole: it would be fast for the wrong reason. */
async function listed(platform: TestPlatform) {
  const ended = await pltf(platform, 'list');
  const names = new Set(ended.out.match(/\bseeded-\d+\b/g));
  if (names.size !== services)
    throw new Error(`the list has ${names.size} of ${services} services`);
  return ended;
}
