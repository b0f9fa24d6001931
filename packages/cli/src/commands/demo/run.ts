import { type PlacementView, PltfError } from '@pltf/contracts';
import { componentName } from '../../api/names.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';
import { pairs } from '../../output/table.ts';
import { duration } from '../../output/time.ts';
import type { demoCommand } from './command.ts';
import { findOrCreate } from './find-or-create.ts';
import { createNarrator, type Narrator } from './narrator.ts';
import { type Address, takeToProduction } from './promote.ts';
import { changeByPush } from './push-change.ts';
import { answering, type Stage } from './stage.ts';

const usualName = 'hello-web';

/** Does the main job once, by the public API and real git, and prints each step with its time. */
export const run: Run<typeof demoCommand> = async ({ options: { name, path } }, context) => {
  const began = performance.now();
  const client = await context.api();
  const { user } = await client.whoAmI({});
  const narrator = createNarrator(context);
  const stage: Stage = { context, client, narrator, user: user.name };
  narrator.say(context.out.style.bold('The main job: from one line to production'));
  const component = await findOrCreate(stage, componentName(name ?? usualName), path);
  const { review, url } = reviewApp(component.name, component.placements);
  const before = await narrator.step(
    'The review app answers',
    () => answering(context.interrupted, url),
    () => url,
  );
  const pushed = await changeByPush(stage, component, review, before);
  const addresses = await takeToProduction(stage, component.name, review.id, pushed);
  tellEnd(narrator, component.name, addresses, performance.now() - began);
  return exit.done;
};

function reviewApp(
  name: string,
  placements: readonly PlacementView[],
): { readonly review: PlacementView; readonly url: string } {
  const review = placements.find(({ id, url }) => id === `${name}.preview` && url !== undefined);
  if (review?.url !== undefined) return { review, url: review.url };
  throw new PltfError('not-found', {
    detail: `${name} has no review app that could be shown.`,
    fix: 'Choose a golden path for a service: pltf demo --name NAME --path node-service',
  });
}

function tellEnd(
  narrator: Narrator,
  name: string,
  addresses: readonly Address[],
  tookMs: number,
): void {
  narrator.say('');
  narrator.say(`Done in ${duration(tookMs)}. What answers now:`);
  const rows = addresses.map(({ environment, url }) => [safe(environment), safe(url)] as const);
  for (const line of pairs(rows)) narrator.say(`  ${line}`);
  narrator.say('');
  narrator.say('What to try next');
  for (const line of pairs(nextThings(name))) narrator.say(`  ${line}`);
}

const nextThings = (name: string): readonly (readonly [string, string])[] => [
  ['npx pltf create service users api', 'your own service'],
  [`npx pltf logs ${name} -f --env prod`, 'what production says'],
  [`npx pltf rollback ${name} --env prod`, 'back to the release before, at once'],
  [`npx pltf show ${name}`, 'everything about it'],
];
