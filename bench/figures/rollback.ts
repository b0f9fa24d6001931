import type { TestPlatform } from '../../test/e2e/support/platform.ts';
import { eventually, git, pltf } from '../../test/e2e/support/tools.ts';
import type { Timeline } from '../figure.ts';
import { withPlatform } from '../measuring/bench-platform.ts';
import { firstAnswer, now } from '../measuring/first-answer.ts';
import {
  addressOf,
  cloneOf,
  commitAnswer,
  createService,
  settled,
  succeeded,
} from '../measuring/service.ts';
import { timelineSince, withMarks } from '../measuring/timeline.ts';
import type { Group } from './group.ts';

const warmBarMs = 50;
const coldBarMs = 500;
const service = 'rolled';
const placement = `${service}.prod`;

/** A rollback's API request to the first answer of the version gone back to, in production. */
export const rollback: Group = {
  name: 'rollback',
  longestMs: 90_000,
  measure: ({ rounds }, signal) =>
    withPlatform(signal, async (platform) => {
      const texts = await releasesInTurn(platform);
      const warm = { samples: [] as number[], timelines: [] as Timeline[] };
      const cold = { samples: [] as number[], timelines: [] as Timeline[] };
      for (let round = 0; round < 2 * rounds; round += 1) {
        for (const [kind, taken] of [
          ['warm', warm],
          ['cold', cold],
        ] as const) {
          const { ms, timeline } = await rollBack(platform, kind, texts, signal);
          taken.samples.push(ms);
          taken.timelines.push(timeline);
        }
      }
      return [
        {
          name: 'rollback, kept warm',
          unit: 'ms',
          ...warm,
          bar: { kind: 'at-most', value: warmBarMs },
        },
        { name: 'rollback, cold', unit: 'ms', ...cold, bar: { kind: 'at-most', value: coldBarMs } },
      ];
    }),
};

type Texts = ReadonlyMap<number, string>;

/**
 * A service whose production had three releases one after the other; what each answers. Everywhere else two later
 * ones serve and are kept warm, so that none of the three lies unpacked for another placement.
 */
async function releasesInTurn(platform: TestPlatform): Promise<Texts> {
  const texts = new Map([[1, 'It works.']]);
  await createService(platform, service);
  succeeded('pltf promote', await pltf(platform, 'promote', service, '--yes'));
  const clone = await cloneOf(platform, service);
  for (const release of [2, 3, 4, 5]) {
    const text = `release ${release}`;
    await commitAnswer(platform, clone, text);
    succeeded('git push', await git(platform, clone, 'push', '--quiet', 'origin', 'main'));
    await eventually(
      () => platform.client.listReleases({ params: { component: service }, query: {} }),
      ({ items }) => items[0]?.number === release,
    );
    await settled(platform, service);
    if (release > 3) continue;
    await platform.client.deploy({ params: { placement }, body: { release } });
    await rolledOut(platform, release);
    texts.set(release, text);
  }
  return texts;
}

const rolledOut = ({ client }: TestPlatform, release: number) =>
  eventually(
    () => client.getPlacement({ params: { placement } }),
    ({ serving, rollout, phase }) =>
      serving?.number === release && phase === 'running' && rollout?.state === 'done',
  );

async function rollBack(
  platform: TestPlatform,
  kind: 'warm' | 'cold',
  texts: Texts,
  signal: AbortSignal,
) {
  const { serving, warm } = await platform.client.getPlacement({ params: { placement } });
  const others = [...texts.keys()].filter((release) => release !== serving?.number);
  const to = others.find((release) => warm.includes(release) === (kind === 'warm'));
  const text = to === undefined ? undefined : texts.get(to);
  if (to === undefined || text === undefined)
    throw new Error(`no ${kind} release: ${serving?.number} serves, ${warm.join(', ')} warm`);
  const holds = (status: number, body: string): boolean =>
    status === 200 && body.includes(`"${text}"`);
  const since = now();
  const accepted = platform.client
    .rollback({ params: { placement }, body: { to } })
    .then(() => now());
  const url = addressOf(platform, service);
  const [answered, acceptedAt] = await Promise.all([firstAnswer({ url, holds, signal }), accepted]);
  await rolledOut(platform, to);
  const ms = answered.at - since;
  const marks = {
    'first answer of the old version': ms,
    'the request was answered': acceptedAt - since,
  };
  return { ms, timeline: withMarks(await timelineSince(platform.client, service, since), marks) };
}
