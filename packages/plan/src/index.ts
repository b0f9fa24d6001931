export * from './command-line.ts';
export * from './hosts.ts';
export * from './nearest.ts';
export * from './platform.ts';
export * from './resolve-spec.ts';
export * from './template/index.ts';
export * from './thin-file-parser.ts';
export * from './units.ts';
