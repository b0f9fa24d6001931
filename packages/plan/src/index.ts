export * from './backstage/index.ts';
export * from './command-line.ts';
export { canonicalJson, digestOf } from './digest.ts';
export * from './fleet/index.ts';
export * from './guardrails/index.ts';
export * from './hosts.ts';
export * from './nearest.ts';
export * from './planning/index.ts';
export * from './platform-change/index.ts';
export { withRuntime } from './platform-file/add-runtime.ts';
export { clusterFacts } from './platform-file/cluster-facts.ts';
export * from './platform-file/platform.ts';
export * from './platform-file/platform-files.ts';
export * from './platform-file/platform-tests.ts';
export * from './platform-file/platform-text.ts';
export { handedOver, isSamePlace, pulledBeside } from './platform-file/runtime-place.ts';
export * from './policy-suites/index.ts';
export {
  dataClasses,
  maskPersonalData,
  masksLogs,
  privacyMap,
  privacyRecord,
  privacyRecordMarkdown,
} from './privacy/index.ts';
export * from './published-schemas.ts';
export * from './render/index.ts';
export * from './template/index.ts';
export { printThinFile } from './thin-file/print-thin-file.ts';
export * from './thin-file/read-components.ts';
export type { ResolveOptions } from './thin-file/resolve-context.ts';
export { needVariable } from './thin-file/resolve-needs.ts';
export * from './thin-file/resolve-spec.ts';
export { nextRun, scheduleProblem } from './thin-file/schedule.ts';
export type { GoldenPathDefaults } from './thin-file/sources.ts';
export { type RepositoryRoot, startCommand, startFiles } from './thin-file/start-command.ts';
export * from './thin-file/thin-file-parser.ts';
export { type TierDefaults, tierDefaults } from './thin-file/tiers.ts';
export * from './units.ts';
export type { YamlPlaces } from './yaml-text.ts';
