import type { Guardrail, VerdictState } from '@pltf/contracts';
import type { z } from 'zod';
import { compileGuardrails } from './compile-guardrails.ts';
import { evaluateGuardrails, type GuardedObject } from './evaluate-guardrails.ts';
import { caseObjects } from './example-objects.ts';

/** One case of a guardrail, run. */
export interface CaseOutcome {
  readonly guardrail: string;
  readonly name: string;
  readonly expected: 'pass' | 'fail';
  /** `not-concerned`: the guardrail does not look at the object at all. */
  readonly state: z.infer<typeof VerdictState> | 'not-concerned';
  readonly ok: boolean;
  /** What the guardrail said of it. */
  readonly message?: string;
}

/** The day of cases that name none. */
const usualDay = '2026-01-01T00:00:00Z';

/** The objects of a guardrail's cases, as any surface evaluates them. */
export function casesOf(guardrail: Guardrail): readonly {
  readonly name: string;
  readonly expected: 'pass' | 'fail';
  readonly now: Date;
  readonly guarded: GuardedObject;
}[] {
  return guardrail.spec.cases.map((one, index) => {
    const { object, oldObject } = caseObjects(guardrail, one);
    const subject = `${guardrail.metadata.name} case ${index + 1}`;
    return {
      name: one.name,
      expected: one.verdict,
      now: new Date(one.now ?? usualDay),
      guarded: { object, subject, ...(oldObject === undefined ? {} : { oldObject }) },
    };
  });
}

/**
 * Runs the cases that guardrails bring along. An object that the guardrail does not look at passes only where that is
 * expected: a failing case that nobody looks at is a hole.
 */
export function testGuardrails(guardrails: readonly Guardrail[]): readonly CaseOutcome[] {
  return guardrails.flatMap((guardrail) => {
    const compiled = compileGuardrails([guardrail]);
    return casesOf(guardrail).map(({ name, expected, now, guarded }) => {
      const [verdict] = evaluateGuardrails(compiled, [guarded], { now, exceptions: [] });
      const state = verdict?.state ?? 'not-concerned';
      const isFailure = state === 'warn' || state === 'deny';
      const isPass = state === 'pass' || state === 'not-concerned';
      return {
        guardrail: guardrail.metadata.name,
        name,
        expected,
        state,
        ok: expected === 'fail' ? isFailure : isPass,
        ...(verdict?.message === undefined ? {} : { message: verdict.message }),
      };
    });
  });
}
