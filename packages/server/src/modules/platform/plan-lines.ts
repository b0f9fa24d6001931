import type { PlatformPlan, PltfError, ValueChange } from '@pltf/contracts';

const mostClasses = 8;
const mostLines = 20;

/** The plan of a change in the few lines that the output of a push has room for. */
export function planLines(plan: PlatformPlan): readonly string[] {
  if (plan.outcome === 'unchanged') return ['Nothing of the platform changes.'];
  const { unchanged, changed } = plan.placements;
  const ways = plan.classes.length === 1 ? '1 way' : `${plan.classes.length} ways`;
  const hit = plan.guardrails.filter(({ newlyFails }) => newlyFails > 0);
  return [
    `Placements  ${unchanged} unchanged${changed === 0 ? '' : `; ${changed} change in ${ways}`}`,
    ...plan.classes.slice(0, mostClasses).map(({ count, changes, examples }) => {
      const what = changes.slice(0, 3).map(changeText).join(', ');
      return `  ${count} × ${what} (${examples.slice(0, 2).join(', ')}${count > 2 ? ', …' : ''})`;
    }),
    ...(plan.moves ?? []).flatMap(({ environment, from, to, count, order, lacks }) => [
      `Moves       ${count} of ${environment} from ${from} to ${to}: ${order}`,
      ...lacks.map(({ message }) => `  ${message}`),
    ]),
    ...hit.map(
      ({ id, newlyFails, mode, enforceFrom }) =>
        `  guardrail ${id}: ${newlyFails} newly fail (${mode}${enforceFrom === undefined ? '' : ` from ${enforceFrom}`})`,
    ),
    ...(plan.cost.before === plan.cost.after
      ? []
      : [`Cost        ${plan.cost.before} → ${plan.cost.after} ${plan.cost.currency} a month`]),
    ...plan.notes,
  ];
}

const changeText = ({ path, before, after }: ValueChange): string =>
  before === undefined && after === undefined
    ? path
    : `${path} ${JSON.stringify(before ?? null)} → ${JSON.stringify(after ?? null)}`.slice(0, 120);

/** Why not, each reason with its remedy. */
export function refusalLines(error: PltfError): readonly string[] {
  return [
    `Refused: ${error.detail}.`,
    ...error.errors
      .slice(0, mostLines)
      .flatMap(({ where, message, fix }) => [
        `  ${where}  ${message}`,
        ...(fix === undefined ? [] : [`    → ${fix}`]),
      ]),
    ...(error.errors.length > mostLines ? [`  … and ${error.errors.length - mostLines} more`] : []),
    ...(error.errors.length === 0 ? [`→ ${error.fix}`] : []),
  ];
}
