export * from './desired.ts';
export * from './observed.ts';
export * from './work.ts';
