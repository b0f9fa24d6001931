export { verdictsToGithubAnnotations } from './github-annotations.ts';
export { verdictsToJunit } from './junit.ts';
export { verdictsToOpenReport } from './open-report.ts';
export { levelOf, sentenceOf } from './place.ts';
export { type ReportOptions, verdictsToSarif } from './sarif.ts';
