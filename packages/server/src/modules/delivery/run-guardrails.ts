import { type PlatformFile, PltfError, type Spec, type Verdict } from '@pltf/contracts';
import type { RepositoryRoot } from '@pltf/plan';
import { type Db, transact } from '../../persistence/transaction.ts';
import { type CatalogQueries, defaultBranch } from '../catalog/index.ts';
import { denialsIn, type Gate, type Judgement } from '../policy/index.ts';
import type { DeliveryService } from './delivery-service.ts';
import { environmentsOf } from './deploy-rules.ts';
import type { Run, RunSummary } from './run.ts';

export interface RunSource {
  readonly spec: Spec;
  readonly thinFile: string | undefined;
  readonly root: RepositoryRoot;
}

/** What guardrails say of a run's commit: what keeps it from being released, and what its author should know. */
export interface RunVerdict {
  readonly judgement: Judgement;
  readonly denials: readonly Verdict[];
  readonly notes: readonly string[];
}

export async function judgeRun(
  { gate, catalog }: { readonly gate: Gate; readonly catalog: CatalogQueries },
  run: Run,
  { spec, thinFile, root }: RunSource,
  platform: PlatformFile,
): Promise<RunVerdict> {
  const component = await catalog.find(run.component);
  if (component === undefined)
    throw new PltfError('not-found', { detail: `${run.component} is gone` });
  const judgement = await gate.judge({
    ...{ component: component.name, owner: component.owner, spec, thinFile, root },
    before: component.spec,
    branch: run.branch === defaultBranch ? undefined : run.branch,
  });
  const here = environmentsOf(spec, run.branch, platform);
  const denials = denialsIn(judgement, here);
  const others = judgement.verdicts.filter((verdict) => !denials.includes(verdict));
  return { judgement, denials, notes: others.flatMap((verdict) => noteOf(verdict, run) ?? []) };
}

/** One line for what does not stop this run; an audit is for those who look at it. */
function noteOf(verdict: Verdict, run: Run): string | undefined {
  const { guardrail, environment, message, title, where, remedy, state, mode } = verdict;
  const place = [where, environment].filter((part) => part !== undefined).join(', ');
  const what = `${guardrail} (${place}): ${message ?? title}`;
  if (state === 'excepted' && verdict.exception !== undefined) {
    const { id, owner, expires } = verdict.exception;
    return `Excepted until ${expires.slice(0, 10)}: ${what} (${id}, ${owner} answers for it)`;
  }
  if (state === 'deny')
    return `${run.branch} may not go to ${environment ?? 'there'} as it is: ${what} → ${remedy}`;
  if (state === 'error') return `Could not be checked: ${what}`;
  if (mode === 'audit') return undefined;
  const day = verdict.enforceFrom;
  return `Warning${day === undefined ? '' : `, refused from ${day}`}: ${what} → ${remedy}`;
}

/** The summary with these notes first, each once. */
export const withNotes = (summary: RunSummary, notes: readonly string[]): RunSummary => ({
  ...summary,
  notes: [...notes, ...summary.notes.filter((note) => !notes.includes(note))],
});

/** Ends a run that guardrails stop; what they refused is kept, so that an exception can be asked for. */
export async function endDenied(
  {
    db,
    service,
    gate,
  }: { readonly db: Db; readonly service: DeliveryService; readonly gate: Gate },
  run: Run,
  { denials, judgement, notes }: RunVerdict,
  before: RunSummary,
): Promise<void> {
  const failing = [...before.failing, ...denials.map((denial) => failingOf(denial, run.component))];
  const summary = { ...withNotes(before, notes), failing };
  const guardrails = [...new Set(denials.map(({ guardrail }) => guardrail))];
  await transact(db, async (tx) => {
    await service.finish(tx, run, { state: 'failed', summary }, undefined);
    await gate.remember(tx, run.component, judgement);
    tx.tell({
      type: 'guardrail-denied',
      actor: run.actor,
      component: run.component,
      run: run.id,
      summary: `Pipeline #${run.number} is stopped by ${guardrails.join(', ')}`,
      data: { guardrails },
    });
  });
}

/** What is wrong, where, why, and what solves it. */
const failingOf = (verdict: Verdict, component: string): RunSummary['failing'][number] => ({
  step: `guardrail ${verdict.guardrail}${verdict.environment === undefined ? '' : ` in ${verdict.environment}`}`,
  ...(verdict.where === undefined ? {} : { where: verdict.where }),
  lines: linesOf(verdict, component),
});

function linesOf(verdict: Verdict, component: string): string[] {
  const { guardrail, environment, message, title, why, remedy, fix, expired, state } = verdict;
  const scope = environment === undefined ? '' : ` --env ${environment}`;
  return [
    state === 'error'
      ? `could not be evaluated, which is no pass: ${message ?? ''}`
      : (message ?? title),
    ...(expired === undefined
      ? []
      : [`exception ${expired.id} ended on ${expired.expired.slice(0, 10)}`]),
    `why:    ${why}`,
    `remedy: ${remedy}${fix === undefined ? '' : ' (`pltf check --fix` does it)'}`,
    ...(state === 'error'
      ? []
      : [`or:     pltf exception request ${component} ${guardrail}${scope}`]),
  ];
}
