export { shown } from './attribution.ts';
export { type DriftMemory, driftMemory } from './drift-memory.ts';
export { findDrift } from './find-drift.ts';
export { revertDrift } from './revert-drift.ts';
