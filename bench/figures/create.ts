import type { TestPlatform } from '../../test/e2e/support/platform.ts';
import { pltf } from '../../test/e2e/support/tools.ts';
import type { Timeline } from '../figure.ts';
import { withPlatform } from '../measuring/bench-platform.ts';
import { firstAnswer, now } from '../measuring/first-answer.ts';
import { addressOf, createService, settled, succeeded } from '../measuring/service.ts';
import { timelineSince, withMarks } from '../measuring/timeline.ts';
import type { Group } from './group.ts';

const barMs = 2_000;

/** `pltf create service`, a process as a person starts it, to the review app's first 200 through the router. */
export const create: Group = {
  name: 'create',
  longestMs: 80_000,
  measure: ({ rounds }, signal) =>
    withPlatform(signal, async (platform) => {
      await createService(platform, 'warm-up');
      const samples: number[] = [];
      const timelines: Timeline[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        const { ms, timeline } = await creation(platform, `shop-${round}`, signal);
        samples.push(ms);
        timelines.push(timeline);
      }
      return [
        {
          name: 'create to first 200',
          unit: 'ms',
          samples,
          bar: { kind: 'at-most', value: barMs },
          timelines,
        },
      ];
    }),
};

async function creation(platform: TestPlatform, name: string, signal: AbortSignal) {
  const since = now();
  const command = pltf(platform, 'create', 'service', name).then((ended) => ({
    ...ended,
    at: now(),
  }));
  const url = addressOf(platform, name, 'preview');
  const [answered, ended] = await Promise.all([
    firstAnswer({ url, holds: (status) => status === 200, signal }),
    command.then((result) => {
      // Said at once: otherwise the wait for an answer would end only at its deadline.
      succeeded('pltf create service', result);
      return result;
    }),
  ]);
  await settled(platform, name);
  const marks = { 'first 200': answered.at - since, 'the command has ended': ended.at - since };
  const timeline = withMarks(await timelineSince(platform.client, name, since), marks);
  return { ms: answered.at - since, timeline };
}
