export type { JsonObject, JsonValue } from '../template/json.ts';
export * from './agent/index.ts';
export { fillPlaces } from './fill-places.ts';
export * from './gitops/index.ts';
export * from './kubernetes/index.ts';
export { blockYaml, createYamlWriter } from './yaml/block-yaml.ts';
