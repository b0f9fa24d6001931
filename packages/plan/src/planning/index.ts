export { changedParts } from './basis.ts';
export { isDenial } from './denial.ts';
export { type Explanation, explain } from './explain.ts';
export { planComponent } from './plan-component.ts';
export type { Judge, JudgedObject, PlanInput } from './plan-input.ts';
export { goldenPathFor } from './plan-input.ts';
export { hasAddress, type PlacedSpec, placementObjects } from './placement-objects.ts';
export { withChanges } from './thin-file-changes.ts';
export { documentTexts, ownText } from './documents.ts';
