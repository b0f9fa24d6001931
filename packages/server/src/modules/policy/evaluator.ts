import { setImmediate as yieldNow } from 'node:timers/promises';
import type { CompiledGuardrails } from '@pltf/plan';
import {
  type AuditedBatch,
  type AuditFacts,
  auditBatch,
  compileFacts,
} from './audit-evaluation.ts';
import type { PlacedRelease } from './placed-specs.ts';

/** Where guardrails are evaluated over many placements. */
export interface Evaluator extends AsyncDisposable {
  evaluate(
    facts: AuditFacts,
    batch: readonly PlacedRelease[],
    now: Date,
    signal: AbortSignal,
  ): Promise<AuditedBatch>;
}

/** So many at a time, a few milliseconds, and then whoever else waits for this thread. */
const atOnce = 4;

/** Evaluates in this thread, a few placements at a time. */
export function evaluatorHere(): Evaluator {
  let compiled: { readonly version: string; readonly guardrails: CompiledGuardrails } | undefined;
  return {
    evaluate: async (facts, batch, now, signal) => {
      if (compiled?.version !== facts.version)
        compiled = { version: facts.version, guardrails: compileFacts(facts) };
      const { guardrails } = compiled;
      const parts: AuditedBatch[] = [];
      for (let from = 0; from < batch.length; from += atOnce) {
        await yieldNow();
        signal.throwIfAborted();
        parts.push(auditBatch(guardrails, facts, batch.slice(from, from + atOnce), now));
      }
      return together(parts);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

export function together(parts: readonly AuditedBatch[]): AuditedBatch {
  const looked: Record<string, number> = {};
  for (const part of parts)
    for (const [guardrail, count] of Object.entries(part.looked))
      looked[guardrail] = (looked[guardrail] ?? 0) + count;
  return { verdicts: parts.flatMap(({ verdicts }) => verdicts), looked };
}
