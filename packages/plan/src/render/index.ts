export * from './kubernetes/index.ts';
export { blockYaml } from './yaml/block-yaml.ts';
