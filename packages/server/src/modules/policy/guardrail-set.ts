import type { Guardrail, GuardrailMode } from '@pltf/contracts';
import {
  type CompiledGuardrails,
  compileGuardrails,
  guardrailsInForce,
  modeAt,
  parseGuardrails,
  shippedGuardrails,
} from '@pltf/plan';
import type { PlatformSnapshot, PlatformSource } from '../../kernel/platform-source.ts';

/** A guardrail as the platform has it, also one that is off. */
export interface KnownGuardrail {
  readonly guardrail: Guardrail;
  readonly source: 'shipped' | 'own';
  /** As the platform file says; before its day an `enforce` only warns. */
  readonly mode: GuardrailMode | 'off';
}

/** The guardrails of one version of the platform. Immutable. */
export interface GuardrailSet {
  readonly version: string;
  readonly known: readonly KnownGuardrail[];
  readonly inForce: readonly Guardrail[];
  readonly compiled: CompiledGuardrails;
}

/** Which guardrails are in force now: ask when they are used, keep nothing of it. */
export interface GuardrailSource {
  current(): GuardrailSet;
}

/** Shipped ones and the organisation's own, with the platform file's modes; made once for each version. */
export function guardrailSource(platform: Pick<PlatformSource, 'snapshot'>): GuardrailSource {
  let made: GuardrailSet | undefined;
  return {
    current: () => {
      const snapshot = platform.snapshot();
      if (made?.version !== snapshot.digest) made = setOf(snapshot);
      return made;
    },
  };
}

function setOf(snapshot: PlatformSnapshot): GuardrailSet {
  const documents = new Map<string, Pick<KnownGuardrail, 'guardrail' | 'source'>>();
  for (const guardrail of shippedGuardrails())
    documents.set(guardrail.metadata.name, { guardrail, source: 'shipped' });
  // An own one of a shipped one's name takes its place. What cannot be read was refused when it was applied.
  for (const [path, text] of snapshot.guardrails) {
    const parsed = parseGuardrails(text, path);
    for (const guardrail of parsed.ok ? parsed.guardrails : [])
      documents.set(guardrail.metadata.name, { guardrail, source: 'own' });
  }
  const all = [...documents.values()];
  const inForce = guardrailsInForce(
    all.map(({ guardrail }) => guardrail),
    snapshot.file,
  );
  const byName = new Map(inForce.map((guardrail) => [guardrail.metadata.name, guardrail]));
  return {
    version: snapshot.digest,
    inForce,
    compiled: compileGuardrails(inForce),
    known: all.map(({ guardrail, source }) => {
      const found = byName.get(guardrail.metadata.name);
      return { guardrail: found ?? guardrail, source, mode: found?.spec.mode ?? 'off' };
    }),
  };
}

/** What a failure comes to at this moment. */
export const effectiveMode = (
  { guardrail, mode }: KnownGuardrail,
  now: Date,
): GuardrailMode | 'off' => (mode === 'off' ? 'off' : modeAt(guardrail, now));
