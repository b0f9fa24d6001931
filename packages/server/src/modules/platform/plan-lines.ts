import type {
  PlatformPlan,
  PltfError,
  RenderedClassView,
  RenderedPlan,
  ValueChange,
} from '@pltf/contracts';

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
    ...(plan.rendered === undefined ? [] : renderedLines(plan.rendered)),
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

/** What it makes of what is on clusters, the most at stake first, and the waves in which it goes out. */
function renderedLines({ placements, classes, waves }: RenderedPlan): readonly string[] {
  if (classes.length === 0) return [];
  const { unchanged, changed, removed } = placements;
  const ways = classes.filter(({ takenOut }) => takenOut !== true).length;
  const inWays = changed === 0 ? '' : ` in ${ways === 1 ? '1 way' : `${ways} ways`}`;
  const gone = removed === undefined ? '' : `; ${removed} are taken out`;
  return [
    `On clusters ${unchanged} unchanged; ${changed} change${inWays}${gone}`,
    ...classes.slice(0, mostClasses).map(renderedLine),
    ...(classes.length > mostClasses ? [`  … and ${classes.length - mostClasses} more`] : []),
    `Waves       ${waves.map(({ ring, placements: number }) => `${ring} ${number}`).join(', then ')}`,
  ];
}

function renderedLine(one: RenderedClassView): string {
  const { changes, examples, count, environments, startsAgain, takenOut, risk } = one;
  const what = changes.slice(0, 2).map(renderedText).join(', ');
  const more = changes.length > 2 || one.more > 0 ? ', …' : '';
  const stake = takenOut === true ? 'taken out' : `${risk}${startsAgain ? ', starts again' : ''}`;
  const others = count > 2 ? ', …' : '';
  return `  ${count} × ${environments.join(', ')} (${stake}): ${what}${more} (${examples.slice(0, 2).join(', ')}${others})`;
}

function renderedText({
  object,
  field,
  before,
  after,
}: RenderedClassView['changes'][number]): string {
  if (field === '') return `${object} ${after === undefined ? 'goes' : 'comes'}`;
  if (before === undefined && after === undefined) return `${object} ${field} changes`;
  return `${object} ${field} ${before ?? 'nothing'} → ${after ?? 'nothing'}`.slice(0, 160);
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
