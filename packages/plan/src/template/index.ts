export type {
  CheckpointStore,
  SideEffect,
  SideEffectRequest,
} from './actions/action.ts';
export { namedSteps, parameterPages, parseTemplate, TemplateDocument } from './document.ts';
export type { ParameterOptions } from './feature-flags.ts';
export { type FileMap, type TemplateFile, textFile, textOf as textOfFile } from './file-map.ts';
export type { RepositoryHost } from './filters.ts';
export {
  type GoldenPath,
  type GoldenPathList,
  goldenPath,
  listGoldenPaths,
  type Maturity,
} from './golden-paths.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { type TemplateLimits, templateLimits } from './limits.ts';
export {
  type ParameterChoice,
  type ParameterField,
  parameterFields,
  parametersFromText,
} from './parameter-fields.ts';
export { validateParameters } from './parameters.ts';
export { type FolderEntry, type FolderPort, readFolder } from './read-folder.ts';
export { unsupportedActions } from './run-step.ts';
export { runTemplate } from './run-template.ts';
export type { ReadUrl } from './sources.ts';
export type {
  LogLine,
  StepProgress,
  StepResult,
  StepState,
  TemplateResult,
  TemplateRun,
} from './template-run.ts';
