import type { CreationPlan } from '@pltf/contracts';

/** What the last keystrokes changed, so that the panel can show it. */
export interface PlanDiff {
  /** Paths, job names and placement ids that were not there before. */
  readonly added: ReadonlySet<string>;
  /** Those whose facts differ. */
  readonly changed: ReadonlySet<string>;
  readonly removed: readonly string[];
}

export const noDiff: PlanDiff = { added: new Set(), changed: new Set(), removed: [] };

/**
 * Compares two plans part by part. A placement is known by its environment and place in it, not by its id:
 * its id and address change with every letter of the name, which is a change and nothing new.
 */
export function diffPlans(before: CreationPlan | undefined, after: CreationPlan): PlanDiff {
  if (before === undefined) return noDiff;
  const old = partsOf(before);
  const added = new Set<string>();
  const changed = new Set<string>();
  const parts = partsOf(after);
  for (const [key, facts] of parts) {
    const then = old.get(key);
    if (then === undefined) added.add(key);
    else if (then !== facts) changed.add(key);
  }
  return { added, changed, removed: [...old.keys()].filter((key) => !parts.has(key)) };
}

export const fileKey = (path: string): string => `file ${path}`;
export const jobKey = (name: string): string => `job ${name}`;
export const placementKey = (environment: string): string => `placement ${environment}`;

function partsOf(plan: CreationPlan): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  // The name is inside nearly every file; a few bytes more or less are not worth a highlight.
  for (const { path } of plan.files) parts.set(fileKey(path), '');
  for (const job of plan.pipeline.jobs) parts.set(jobKey(job.name), JSON.stringify(job));
  for (const { environment, size, memoryMiB, instances, comes } of plan.placements) {
    parts.set(placementKey(environment), JSON.stringify({ size, memoryMiB, instances, comes }));
  }
  return parts;
}
