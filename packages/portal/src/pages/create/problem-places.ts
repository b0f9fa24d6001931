interface Problem {
  readonly where: string;
  readonly message: string;
  readonly fix?: string | undefined;
}

/** `/parameters/db/size`, `parameters.db.size`, `body.name` and `name` all name a field of the form. */
export function fieldOfPlace(where: string): string {
  return where
    .replace(/^#?\//, '')
    .replace(/\[(\d+)\]/g, '.$1')
    .split(/[/.]/)
    .filter((part, index) => !(index === 0 && part === 'body'))
    .join('.')
    .replace(/^parameters\./, '');
}

export interface PlacedProblems {
  readonly byField: ReadonlyMap<string, Problem>;
  /** Those that belong to no field shown. */
  readonly others: readonly Problem[];
}

/** Puts each problem to its field; the first one of a field is shown. */
export function placeProblems(
  problems: readonly Problem[],
  fields: ReadonlySet<string>,
): PlacedProblems {
  const byField = new Map<string, Problem>();
  const others: Problem[] = [];
  for (const problem of problems) {
    const field = fieldOfPlace(problem.where);
    if (!fields.has(field)) others.push(problem);
    else if (!byField.has(field)) byField.set(field, problem);
  }
  return { byField, others };
}
