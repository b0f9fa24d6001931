export * from './kubernetes/index.ts';
export { blockYaml, createYamlWriter } from './yaml/block-yaml.ts';
