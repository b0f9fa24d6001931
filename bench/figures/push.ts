import { join } from 'node:path';
import type { TestPlatform } from '../../test/e2e/support/platform.ts';
import { eventually, git } from '../../test/e2e/support/tools.ts';
import type { Timeline } from '../figure.ts';
import { withPlatform } from '../measuring/bench-platform.ts';
import { firstAnswer, now } from '../measuring/first-answer.ts';
import { prepareFloor } from '../measuring/push-floor.ts';
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

const timesTheFloor = 5;
const service = 'pushed';
const branch = 'next';

/** `git push` of a branch with a preview to the first answer of the new version. */
export const push: Group = {
  name: 'push',
  longestMs: 90_000,
  measure: ({ rounds }, signal) =>
    withPlatform(signal, async (platform) => {
      await createService(platform, service);
      const clone = await cloneOf(platform, service);
      const floor = await prepareFloor(platform, clone, join(platform.home, 'floor'));
      succeeded('git switch', await git(platform, clone, 'switch', '--quiet', '-c', branch));
      const beyond: number[] = [];
      const tests: number[] = [];
      const floors: number[] = [];
      const timelines: Timeline[] = [];
      // The first makes the preview and is not counted; then each in turn, the first of the two changing.
      for (let round = 0; round <= rounds; round += 1) {
        const text = `version ${round}`;
        await commitAnswer(platform, clone, text);
        const before = round % 2 === 0 ? await floor(branch, text, signal) : undefined;
        const pushed = await pushAndWait(platform, clone, text, signal);
        const floorMs = before ?? (await floor(branch, text, signal));
        if (round === 0) continue;
        beyond.push(pushed.ms - pushed.testMs);
        tests.push(pushed.testMs);
        floors.push(floorMs);
        timelines.push(pushed.timeline);
      }
      return [
        {
          name: 'push to serving, beyond the tests',
          unit: 'ms',
          samples: beyond,
          comparedWith: { name: 'plain push, archive, node', samples: floors },
          bar: { kind: 'ratio-at-most', value: timesTheFloor },
          notes: [
            `the subtracted \`node --test\` steps took ${tests.map((ms) => ms.toFixed(0)).join(', ')} ms`,
          ],
          timelines,
        },
      ];
    }),
};

async function pushAndWait(
  platform: TestPlatform,
  clone: string,
  text: string,
  signal: AbortSignal,
) {
  const url = addressOf(platform, `${service}-${branch}`, 'preview');
  const since = now();
  const command = git(platform, clone, 'push', '--quiet', 'origin', branch).then((ended) => {
    succeeded('git push', ended);
    return now();
  });
  const holds = (status: number, body: string): boolean =>
    status === 200 && body.includes(`"${text}"`);
  const [answered, pushedAt] = await Promise.all([firstAnswer({ url, holds, signal }), command]);
  await settled(platform, service);
  const testMs = await testDuration(platform);
  const ms = answered.at - since;
  const marks = {
    [`first answer of the new version (the tests took ${testMs.toFixed(0)})`]: ms,
    'git push has ended': pushedAt - since,
  };
  return {
    ms,
    testMs,
    timeline: withMarks(await timelineSince(platform.client, service, since), marks),
  };
}

/** What the newest run of the branch says that its test step took. */
async function testDuration({ client }: TestPlatform): Promise<number> {
  const look = () =>
    client.listRuns({ params: { component: service }, query: { branch, limit: 1 } });
  const { items } = await eventually(look, (page) => page.items[0]?.state === 'passed');
  const steps = (items[0]?.jobs ?? []).flatMap((job) => job.steps);
  const durations = steps
    .filter(({ name }) => name.includes('node --test'))
    .map(({ durationMs }) => durationMs);
  if (durations.length !== 1 || durations[0] === undefined)
    throw new Error(`the run has no one test step that took a time: ${JSON.stringify(steps)}`);
  return durations[0];
}
