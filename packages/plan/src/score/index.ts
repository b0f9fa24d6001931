export { resolveScore, type ScoreComponent } from './resolve-score.ts';
export { provisionOrder, sharedConflicts } from './resource-identity.ts';
export { scoreThinFile } from './score-thin-file.ts';
export { isScore, readScore, type ScoreWorkload } from './score-workload.ts';
