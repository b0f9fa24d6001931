export { type Agent, type AgentOptions, startAgent } from './agent.ts';
export { type AgentConfig, readConfig } from './config.ts';
