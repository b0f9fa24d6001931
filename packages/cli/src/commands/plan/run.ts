import { type Plan, PltfError } from '@pltf/contracts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { planOffline, planOnline, saveFacts } from '../../thin-file/plan-texts.ts';
import { readThinFile } from '../../thin-file/read-files.ts';
import { printPlan } from '../../view/plan.ts';
import { printWhy } from '../../view/why.ts';
import type { planCommand } from './command.ts';

/** Shows what applying the thin file of this folder would do. */
export const run: Run<typeof planCommand> = async ({ options }, context) => {
  const { file, why, offline } = options;
  const texts = await readThinFile(context, file);
  if (options['save-facts']) {
    if (offline) throw contradiction();
    const saved = await saveFacts(context, texts);
    if (!context.json) context.err.print(context.err.style.dim(`Facts saved in ${saved}`));
  }
  const plans = offline ? planOffline(context, texts) : await planOnline(context, texts);
  if (why !== undefined) return explainIn(plans, why, context);
  showPlans(context, plans);
  return exitOf(plans);
};

/** Prints plans for a person, or as JSON; throws when one of the files is not valid. */
export function showPlans(context: Parameters<typeof printPlan>[0], plans: readonly Plan[]): void {
  if (context.json) {
    context.out.document(plans.length === 1 ? plans[0] : { items: plans });
    return;
  }
  for (const plan of plans) if (plan.outcome !== 'invalid') printPlan(context, plan);
  const problems = plans.flatMap((plan) => plan.problems);
  if (problems.length === 0) return;
  throw new PltfError('spec-invalid', {
    detail: 'There is nothing to plan as long as this is in it.',
    errors: problems.map(({ where, message, fix }) => ({
      where,
      message,
      ...(fix === undefined ? {} : { fix }),
    })),
  });
}

/** 1 when one of them is denied or not valid, else 2 when one of them changes something. */
export function exitOf(plans: readonly Plan[]): number {
  const outcomes = plans.map(({ outcome }) => outcome);
  if (outcomes.some((outcome) => outcome === 'denied' || outcome === 'invalid')) return exit.failed;
  return outcomes.includes('changes') ? exit.changesPlanned : exit.done;
}

function explainIn(
  plans: readonly Plan[],
  path: string,
  context: Parameters<typeof printPlan>[0],
): number {
  const invalid = plans.filter(({ outcome }) => outcome === 'invalid');
  if (invalid.length > 0) showPlans(context, invalid);
  for (const plan of plans) printWhy(context, plan, path);
  return invalid.length > 0 ? exit.failed : exit.done;
}

const contradiction = (): PltfError =>
  new PltfError('usage-invalid', {
    detail: '--save-facts asks the platform, --offline does not.',
    fix: 'Save them first, then plan offline.',
  });
