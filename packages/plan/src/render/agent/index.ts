export {
  type AgentAddress,
  type AgentPlace,
  agentVariables,
  type LeftOutOnAgent,
  leftOutOnAgent,
  namesImage,
} from './agent-run.ts';
