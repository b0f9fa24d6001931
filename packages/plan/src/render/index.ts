export type { JsonObject, JsonValue } from '../template/json.ts';
export * from './kubernetes/index.ts';
export { blockYaml, createYamlWriter } from './yaml/block-yaml.ts';
