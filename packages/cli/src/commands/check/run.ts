import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type PlatformFacts, PltfError } from '@pltf/contracts';
import { documentTexts, ownText, withChanges } from '@pltf/plan/planning';
import packageFile from '../../../package.json' with { type: 'json' };
import { type Checked, findingsOf } from '../../check-report/finding.ts';
import { githubAnnotations } from '../../check-report/github.ts';
import { junit } from '../../check-report/junit.ts';
import { sarif } from '../../check-report/sarif.ts';
import { printChecked } from '../../check-report/text.ts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { count } from '../../output/count.ts';
import { safe, safeJson } from '../../output/safe-text.ts';
import { ago } from '../../output/time.ts';
import { factsForCheck } from '../../thin-file/facts-for-check.ts';
import { planWith } from '../../thin-file/plan-texts.ts';
import { readThinFile, type ThinFileText } from '../../thin-file/read-files.ts';
import type { checkCommand } from './command.ts';

/** Checks files by the same code as the platform does, guardrails included. */
export const run: Run<typeof checkCommand> = async (
  { arguments: { files }, options: { format, fix, builtin } },
  context,
) => {
  const now = new Date();
  const facts = factsForCheck(context.config.factsFile, builtin, now);
  const names = files.length === 0 ? [undefined] : files;
  const checked: Checked[] = [];
  for (const name of names) {
    if (fix && name !== '-') await mend(context, facts, name, now);
    checked.push(...check(await readThinFile(context, name), facts, now));
  }
  const wanted = format ?? (context.json ? 'json' : 'text');
  report(context, checked, wanted);
  if (wanted === 'text' && !builtin && existsSync(context.config.factsFile)) {
    const line = `Against the platform's facts saved ${ago(facts.asOf, now.getTime())}.`;
    context.err.print(context.err.style.dim(line));
  }
  const failed = checked.some(({ findings }) => findings.some(({ level }) => level === 'error'));
  return failed ? exit.failed : exit.done;
};

function check(
  texts: readonly ThinFileText[],
  facts: PlatformFacts,
  now: Date,
): readonly Checked[] {
  const plans = planWith(facts, texts, now);
  return texts.flatMap(({ fileName }, at) => {
    const plan = plans[at];
    return plan === undefined
      ? []
      : [{ file: fileName, plan, findings: findingsOf(fileName, plan) }];
  });
}

function report(context: Context, checked: readonly Checked[], format: string): void {
  const { out } = context;
  switch (format) {
    case 'json':
      out.document({
        items: checked.map(({ file, plan, findings }) => ({
          file,
          component: plan.component,
          outcome: plan.outcome,
          findings,
          verdicts: plan.verdicts,
        })),
      });
      break;
    case 'sarif':
      out.print(safeJson(sarif(checked, packageFile.version), 2));
      break;
    case 'junit':
      out.print(junit(checked));
      break;
    case 'github':
      for (const line of githubAnnotations(checked)) out.print(safe(line));
      break;
    default:
      for (const one of checked) printChecked(out, one);
  }
}

/** Each remedy may bring the next one into sight. */
const mostRounds = 10;

/** Writes remedies that were tried into the file until none is left. */
async function mend(
  context: Context,
  facts: PlatformFacts,
  name: string | undefined,
  now: Date,
): Promise<void> {
  const [first] = await readThinFile(context, name);
  if (first === undefined) return;
  const path = resolve(context.config.workingDirectory, first.fileName);
  let mended = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    const texts = await readThinFile(context, name);
    const changed = texts.map((text) => remedied(text, facts, now));
    if (changed.every(({ applied }) => applied === undefined)) break;
    const parts = changed.map(({ text }) => ownText(text));
    writeFileSync(path, texts.length === 1 ? (parts[0] ?? '') : parts.join('---\n'));
    mended += changed.filter(({ applied }) => applied !== undefined).length;
    for (const { applied } of changed) {
      if (applied !== undefined) context.err.print(`Mended ${safe(first.fileName)}: ${applied}`);
    }
  }
  if (mended > 0) context.err.print(context.err.style.dim(count(mended, 'remedy', 'remedies')));
}

/** The text with the first remedy applied; the next ones are tried on what comes of it. */
function remedied(
  one: ThinFileText,
  facts: PlatformFacts,
  now: Date,
): { readonly text: string; readonly applied: string | undefined } {
  const [plan] = planWith(facts, [one], now);
  const verdict = plan?.verdicts.find(
    ({ state, fix }) => (state === 'deny' || state === 'warn') && fix !== undefined,
  );
  const text = verdict?.fix === undefined ? undefined : withChanges(one.text, verdict.fix);
  if (verdict === undefined || text === undefined || text === one.text)
    return { text: one.text, applied: undefined };
  // What was written must still be what was meant.
  if (documentTexts(text).length !== 1) {
    throw new PltfError('internal', {
      detail: `the remedy of ${verdict.guardrail} broke the file`,
    });
  }
  return { text, applied: verdict.guardrail };
}
