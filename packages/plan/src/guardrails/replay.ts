import type { ActiveException, Verdict } from '@pltf/contracts';
import type { CompiledGuardrails } from './compile-guardrails.ts';
import {
  evaluateGuardrails,
  type GuardedObject,
  type GuardrailContext,
} from './evaluate-guardrails.ts';

/** Who would be hit by guardrails as they are now, whatever their mode. */
export interface Replay {
  /** Objects that at least one of them looks at. */
  readonly looked: number;
  readonly passed: number;
  /** Failures that no exception covers, in the guardrails' own mode at that instant. */
  readonly hit: readonly Verdict[];
  readonly excepted: readonly Verdict[];
  /** Could not be evaluated: the guardrail is not fit for these objects. */
  readonly errors: readonly Verdict[];
  /** Exceptions that exempt nothing any longer under them. */
  readonly unused: readonly ActiveException[];
}

/** Looks at everything that runs with new or sharper guardrails, before they are accepted. Changes nothing. */
export function replayGuardrails(
  compiled: CompiledGuardrails,
  objects: readonly GuardedObject[],
  context: Pick<GuardrailContext, 'now' | 'exceptions'>,
): Replay {
  const verdicts = evaluateGuardrails(compiled, objects, context);
  const of = (...states: readonly Verdict['state'][]): readonly Verdict[] =>
    verdicts.filter(({ state }) => states.includes(state));
  const names = new Set(compiled.guardrails.map(({ guardrail }) => guardrail.metadata.name));
  const used = new Set(verdicts.flatMap(({ exception }) => exception?.id ?? []));
  return {
    looked: new Set(verdicts.map(({ subject }) => subject)).size,
    passed: of('pass').length,
    hit: of('warn', 'deny'),
    excepted: of('excepted'),
    errors: of('error'),
    unused: context.exceptions.filter(({ guardrail, id }) => names.has(guardrail) && !used.has(id)),
  };
}
