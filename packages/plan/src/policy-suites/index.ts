export type { ReadFile } from './files.ts';
export { runGatekeeperSuite } from './gatekeeper.ts';
export { runKyvernoTest } from './kyverno.ts';
export type { SuiteCase } from './suite-case.ts';
