import { ExpressionProblem } from './expression-functions.ts';
import { isMapping, jsonText } from './expression-scope.ts';
import type { Json } from './template.ts';
import { workflowLimits } from './workflow-limits.ts';

export type MatrixLeg = Readonly<Record<string, Json>>;

/**
 * The combinations of an evaluated `matrix:`, in GitHub's order: the first key varies slowest, `exclude`
 * takes out, then `include` extends combinations or adds its own. Throws `ExpressionProblem`.
 *
 * @example expandMatrix({ node: [18, 20], include: [{ node: 20, lint: true }] })
 *   // [{ node: 18 }, { node: 20, lint: true }]
 */
export function expandMatrix(matrix: Json): readonly MatrixLeg[] {
  if (!isMapping(matrix)) throw new ExpressionProblem('The matrix is no mapping');
  const { include, exclude, ...vectors } = matrix;
  const original = withoutExcluded(combinations(vectors), legsIn('exclude', exclude));
  const legs = withIncluded(original, legsIn('include', include));
  if (legs.length === 0) throw new ExpressionProblem('The matrix has no combination');
  refuseTooMany(legs.length);
  return legs;
}

function refuseTooMany(count: number): void {
  if (count <= workflowLimits.matrixLegs) return;
  throw new ExpressionProblem(`The matrix has more than ${workflowLimits.matrixLegs} combinations`);
}

function combinations(vectors: MatrixLeg): readonly MatrixLeg[] {
  const entries = Object.entries(vectors);
  if (entries.length === 0) return [];
  let legs: readonly MatrixLeg[] = [{}];
  for (const [key, values] of entries) {
    if (!Array.isArray(values)) throw new ExpressionProblem(`matrix.${key} is no list`);
    const list = values as readonly Json[];
    refuseTooMany(legs.length * list.length);
    legs = legs.flatMap((leg) => list.map((value) => ({ ...leg, [key]: value })));
  }
  return legs;
}

function legsIn(key: string, value: Json | undefined): readonly MatrixLeg[] {
  if (value === undefined || value === null || value === '') return [];
  if (!Array.isArray(value)) throw new ExpressionProblem(`matrix.${key} is no list`);
  return (value as readonly Json[]).map((leg) => {
    if (!isMapping(leg))
      throw new ExpressionProblem(`matrix.${key} holds something else than mappings`);
    return leg;
  });
}

const withoutExcluded = (legs: readonly MatrixLeg[], excluded: readonly MatrixLeg[]) =>
  legs.filter((leg) => !excluded.some((pattern) => fits(leg, pattern)));

/** Whether a leg has all values that a pattern names; patterns may name parts of mappings. */
function fits(value: Json | undefined, pattern: Json): boolean {
  if (isMapping(pattern)) {
    return (
      value !== undefined &&
      isMapping(value) &&
      Object.entries(pattern).every(([key, part]) => fits(value[key], part))
    );
  }
  return value !== undefined && JSON.stringify(value) === JSON.stringify(pattern);
}

function withIncluded(
  original: readonly MatrixLeg[],
  included: readonly MatrixLeg[],
): readonly MatrixLeg[] {
  const extended = original.map((leg) => ({ ...leg }));
  const added: MatrixLeg[] = [];
  for (const extra of included) {
    // Values of the original combination are never overwritten, those that an include added may be.
    const targets = extended.filter((_leg, index) =>
      Object.entries(extra).every(([key, value]) => {
        const own = original[index]?.[key];
        return own === undefined || JSON.stringify(own) === JSON.stringify(value);
      }),
    );
    if (targets.length === 0) added.push({ ...extra });
    for (const target of targets) Object.assign(target, extra);
  }
  return [...extended, ...added];
}

/** What stands behind the job's name for one leg: `20, ubuntu-latest`. */
export function legLabel(leg: MatrixLeg): string {
  const texts = Object.values(leg).flatMap((value) =>
    isMapping(value)
      ? Object.values(value).map(jsonText)
      : Array.isArray(value)
        ? value.map(jsonText)
        : [jsonText(value)],
  );
  return texts.join(', ').slice(0, 100);
}
