export * from './backstage/index.ts';
export * from './command-line.ts';
export { canonicalJson, digestOf } from './digest.ts';
export * from './guardrails/index.ts';
export * from './hosts.ts';
export * from './nearest.ts';
export * from './planning/index.ts';
export * from './platform.ts';
export * from './platform-change/index.ts';
export * from './platform-files.ts';
export * from './platform-tests.ts';
export * from './platform-text.ts';
export * from './policy-suites/index.ts';
export { printThinFile } from './print-thin-file.ts';
export {
  dataClasses,
  maskPersonalData,
  masksLogs,
  privacyMap,
  privacyRecord,
  privacyRecordMarkdown,
} from './privacy/index.ts';
export * from './published-schemas.ts';
export * from './read-components.ts';
export * from './render/index.ts';
export type { ResolveOptions } from './resolve-context.ts';
export { needVariable } from './resolve-needs.ts';
export * from './resolve-spec.ts';
export { nextRun, scheduleProblem } from './schedule.ts';
export type { GoldenPathDefaults } from './sources.ts';
export { type RepositoryRoot, startCommand, startFiles } from './start-command.ts';
export * from './template/index.ts';
export * from './thin-file-parser.ts';
export { type TierDefaults, tierDefaults } from './tiers.ts';
export * from './units.ts';
export type { YamlPlaces } from './yaml-text.ts';
