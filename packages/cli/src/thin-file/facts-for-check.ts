import { existsSync } from 'node:fs';
import { type PlatformFacts, PlatformFile } from '@pltf/contracts';
import { guardrailsInForce, shippedGuardrails } from '@pltf/plan/guardrails';
import { readSavedFacts } from './saved-facts.ts';

/** The facts saved last, or those of a newcomer's platform with the guardrails that ship. */
export function factsForCheck(file: string, builtin: boolean, now: Date): PlatformFacts {
  return builtin || !existsSync(file) ? builtinFacts(now) : readSavedFacts(file);
}

function builtinFacts(now: Date): PlatformFacts {
  const platform = PlatformFile.parse({});
  return {
    asOf: now.toISOString(),
    platform,
    guardrails: [...guardrailsInForce(shippedGuardrails(), platform)],
    goldenPaths: [],
    exceptions: [],
    names: {},
    components: {},
  };
}
