import { type Client, type OperationView, type Plan, PltfError } from '@pltf/contracts';
import { sendOnce } from '../../api/send.ts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { followMaking } from '../../follow/operation.ts';
import { safe } from '../../output/safe-text.ts';
import { between, duration } from '../../output/time.ts';
import { planOnline } from '../../thin-file/plan-texts.ts';
import { readThinFile, type ThinFileText } from '../../thin-file/read-files.ts';
import { planned } from '../../view/plan.ts';
import { followCreation } from '../create/run.ts';
import { exitOf, showPlans } from '../plan/run.ts';
import { because } from '../roll-out.ts';
import type { applyCommand } from './command.ts';

/** Shows the plan, asks, and does exactly that. */
export const run: Run<typeof applyCommand> = async ({ options: { file, why } }, context) => {
  const texts = await readThinFile(context, file);
  const plans = await planOnline(context, texts);
  if (!context.json || exitOf(plans) === exit.failed) showPlans(context, plans);
  if (exitOf(plans) === exit.failed) return exit.failed;
  const work = plans.flatMap((plan, at) => {
    const text = texts[at];
    return text === undefined || plan.outcome === 'unchanged' ? [] : [{ plan, text }];
  });
  if (work.length === 0) {
    if (context.json) context.out.document(plans.length === 1 ? plans[0] : { items: plans });
    return exit.done;
  }
  await confirm(
    context,
    work.map(({ plan }) => plan),
  );
  for (const { plan, text } of work) {
    const code = await applyOne(context, plan, text, why);
    if (code !== exit.done) return code;
  }
  return exit.done;
};

async function applyOne(
  context: Context,
  plan: Plan,
  text: ThinFileText,
  why: string | undefined,
): Promise<number> {
  const client = await context.api();
  const { digest, facts } = plan;
  const body = { ...text, digest, parts: facts.parts, ...because(why) };
  const started = await sendOnce((call) => client.applyThinFile({ body }, call));
  return started.kind === 'create'
    ? followCreation(context, client, started)
    : followApply(context, client, started);
}

/** Follows a thin file to where it serves; also for `attach`. */
export const followApply = (
  context: Context,
  client: Client,
  started: OperationView,
): Promise<number> =>
  followMaking(context, client, started.id, (operation) => {
    const { out } = context;
    const took = between(operation.startedAt, operation.finishedAt);
    const name = out.style.bold(safe(operation.subject));
    out.print(
      `${out.style.green('✔')} ${name} is as its thin file says${took === undefined ? '' : `, in ${duration(took)}`}.`,
    );
    const { preview } = operation.links;
    if (preview !== undefined) out.print(`  ${out.style.cyan(safe(preview))}`);
  });

/** Ends only when a person agreed, or said `--yes` beforehand. */
async function confirm({ yes, input, err, json }: Context, plans: readonly Plan[]): Promise<void> {
  if (yes) return;
  const names = plans.map(({ component }) => component).join(', ');
  if (!input.interactive || json) {
    throw new PltfError('usage-invalid', {
      detail: `Applying ${names} was not confirmed, and nobody can be asked here. Nothing was changed.`,
      fix: '`pltf apply --yes` does it without asking.',
    });
  }
  const all = plans.map((plan) => `${plan.component}: ${planned(plan)}`).join(', ');
  err.write(`Apply ${safe(all)}? [y/N] `);
  const typed = await input.readLine(false);
  if (typed !== undefined && /^y(?:es)?$/i.test(typed.trim())) return;
  throw new PltfError('not-confirmed', {
    detail: 'You did not agree. Nothing was changed.',
    fix: 'Answer y, or pass `--yes`.',
  });
}
