export {
  type AdmissionAnswer,
  type AdmissionFailure,
  admissionEvaluator,
} from './admission-evaluator.ts';
export type { AdmissionContext } from './admission-exceptions.ts';
export { type RenderedAdmission, renderAdmission } from './admission-policy.ts';
export { applyRemedy } from './apply-remedy.ts';
export {
  type CompiledGuardrail,
  type CompiledGuardrails,
  compileGuardrails,
} from './compile-guardrails.ts';
export {
  denies,
  evaluateGuardrails,
  type GuardedObject,
  type GuardrailContext,
  judgeWith,
  modeAt,
} from './evaluate-guardrails.ts';
export { exampleObject } from './example-objects.ts';
export {
  type FailureFacts,
  type FoundException,
  findException,
  isInForce,
  unneededExceptions,
} from './exceptions.ts';
export { guardrailsInForce, platformParams } from './guardrails-in-force.ts';
export { componentLabel, environmentLabel } from './object-identity.ts';
export { type ParsedGuardrails, parseGuardrails } from './parse-guardrails.ts';
export { placementDefinition } from './placement-definition.ts';
export { type Replay, replayGuardrails } from './replay.ts';
export { shippedGuardrails } from './shipped.ts';
export { type CaseOutcome, testGuardrails } from './test-guardrails.ts';
