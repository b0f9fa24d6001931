import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@pltf/contracts';
import type { Guardrail } from '../../packages/contracts/src/index.ts';
import { shippedGuardrails } from '../../packages/plan/src/guardrails/index.ts';
import type { TestPlatform } from '../../test/e2e/support/platform.ts';
import { manyGuardrails } from '../audit/in-process.ts';
import { withPlatform } from '../measuring/bench-platform.ts';
import { openFleet } from '../measuring/seeded-fleet.ts';
import type { Group } from './group.ts';

const placements = 10_000;
const guardrails = 50;
const auditBarMs = 30_000;
const requestBarMs = 100;
const askers = 2;
const pauseMs = 10;

/** All guardrails over everything that runs, by the server, while people use it. */
export const auditServer: Group = {
  name: 'audit-server',
  longestMs: 240_000,
  measure: ({ quick }, signal) =>
    withPlatform(signal, async (platform) => {
      const count = quick ? 500 : placements;
      await addGuardrails(platform);
      await using fleet = await openFleet(platform);
      await fleet.seed(count);
      const audits: number[] = [];
      const requests: number[] = [];
      const idle = await askFor(platform.client, 3_000, signal);
      for (let round = 0; round < (quick ? 1 : 3); round += 1) {
        const before = (await fleet.newestAudit())?.as_of.getTime() ?? 0;
        const stop = new AbortController();
        const asking = Promise.all(
          Array.from({ length: askers }, () => ask(platform.client, stop.signal)),
        );
        await fleet.auditEverything();
        let newest = await fleet.newestAudit();
        while ((newest?.as_of.getTime() ?? 0) <= before) {
          signal.throwIfAborted();
          await sleep(100);
          newest = await fleet.newestAudit();
        }
        stop.abort();
        requests.push(...(await asking).flat());
        if (newest?.placements !== count) throw new Error(`${newest?.placements} of ${count}`);
        audits.push(newest.took_ms);
      }
      return [
        {
          name: `audit of ${count} placements, ${guardrails} guardrails, by the server`,
          unit: 'ms',
          samples: audits,
          bar: { kind: 'at-most', value: auditBarMs },
          notes: ['the first round writes what it finds, the others find it written'],
        },
        {
          name: 'API meanwhile, p95',
          unit: 'ms',
          samples: [p95(requests)],
          comparedWith: { name: 'idle', samples: [p95(idle)] },
          bar: { kind: 'at-most', value: requestBarMs },
          notes: [
            `${requests.length} requests of ${askers} people: lists, one service, guardrails`,
          ],
        },
      ];
    }),
};

/** As many as the figure wants, of those that look at placements: the shipped ones, and more of the platform's own. */
async function addGuardrails({ client }: TestPlatform): Promise<void> {
  const shipped = shippedGuardrails().filter(({ spec }) =>
    spec.match.resources.some(({ resource }) => resource === 'placements'),
  );
  const own = manyGuardrails(guardrails - shipped.length);
  const { version, files } = await client.getPlatform({});
  const more = Object.fromEntries(
    own.map((one, index) => [`guardrails/more-${index}.yaml`, text(one)]),
  );
  await client.applyPlatform({
    body: {
      files: { 'platform.yaml': files['platform.yaml'] ?? '', ...more },
      expected: { version: version.number, digest: version.digest },
    },
  });
}

const text = (guardrail: Guardrail): string => JSON.stringify(guardrail);

async function askFor(client: Client, ms: number, signal: AbortSignal): Promise<readonly number[]> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  return (await Promise.all(Array.from({ length: askers }, () => ask(client, stop)))).flat();
}

/** What a person's portal asks, one after the other, with a breath in between. */
async function ask(client: Client, stop: AbortSignal): Promise<readonly number[]> {
  const taken: number[] = [];
  const questions = [
    () => client.listComponents({ query: { limit: 50 } }),
    () => client.getComponent({ params: { component: 'fleet-1' } }),
    () => client.listVerdicts({ query: { component: 'fleet-1' } }),
    () => client.listEvents({ query: { limit: 50 } }),
  ];
  for (let turn = 0; !stop.aborted; turn += 1) {
    const since = performance.now();
    await questions[turn % questions.length]?.();
    taken.push(performance.now() - since);
    await sleep(pauseMs);
  }
  return taken;
}

const p95 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Number.NaN;
