import type { Plan, PlatformFacts } from '@pltf/contracts';
import { compileGuardrails, judgeWith } from '@pltf/plan/guardrails';
import { planComponent, readThinFileOrScore } from '@pltf/plan/planning';
import type { Context } from '../context.ts';
import type { ThinFileText } from './read-files.ts';
import { readSavedFacts, writeSavedFacts } from './saved-facts.ts';

/** Plans by the platform, which knows what is there now. */
export async function planOnline(
  context: Context,
  texts: readonly ThinFileText[],
): Promise<readonly Plan[]> {
  const client = await context.api();
  const plans: Plan[] = [];
  for (const body of texts) plans.push(await client.planThinFile({ body: { ...body } }));
  return plans;
}

/** Plans here, by the same code, with the facts saved last. */
export function planOffline(
  { config }: Pick<Context, 'config'>,
  texts: readonly ThinFileText[],
): readonly Plan[] {
  return planWith(readSavedFacts(config.factsFile), texts, new Date());
}

export function planWith(
  facts: PlatformFacts,
  texts: readonly ThinFileText[],
  now: Date,
): readonly Plan[] {
  const judge = judgeWith(compileGuardrails(facts.guardrails));
  return texts.map((one) => planComponent({ ...one, facts, judge, now, offline: true }));
}

/** Keeps a copy of the platform's facts, with the present state of the components in these files. */
export async function saveFacts(context: Context, texts: readonly ThinFileText[]): Promise<string> {
  const names = texts.flatMap(({ text, fileName }) =>
    readThinFileOrScore(text, fileName).flatMap((read) => (read.ok ? [read.file.name] : [])),
  );
  const client = await context.api();
  const query = names.length === 0 ? {} : { components: [...new Set(names)].join(',') };
  const file = context.config.factsFile;
  writeSavedFacts(file, await client.platformFacts({ query }));
  return file;
}
