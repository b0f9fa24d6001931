import type { GuardrailView } from '@pltf/contracts';
import { type Counted, noFindings } from './audit-rules.ts';
import { effectiveMode, type KnownGuardrail } from './guardrail-set.ts';
import type { DayCount } from './results-queries.ts';

/** A guardrail as people read it: how it is meant, what it finds today, and over time. */
export function guardrailView(
  known: KnownGuardrail,
  counts: ReadonlyMap<string, Counted>,
  days: readonly DayCount[],
  now: Date,
): GuardrailView {
  const { guardrail, source, mode } = known;
  const { metadata, spec } = guardrail;
  const { environments } = spec.match;
  const looked = days.findLast((day) => day.looked !== undefined)?.looked;
  return {
    id: metadata.name,
    title: spec.title,
    why: spec.why,
    severity: spec.severity,
    owner: spec.owner,
    controls: spec.controls,
    ...{ source, mode },
    ...(spec.enforceFrom === undefined ? {} : { enforceFrom: spec.enforceFrom }),
    effective: effectiveMode(known, now),
    ...(environments === undefined ? {} : { environments }),
    remedy: spec.remedy.text,
    effect: {
      ...(counts.get(metadata.name) ?? noFindings),
      ...(looked === undefined ? {} : { looked }),
    },
    history: days.map(({ looked: atAll, ...count }) => ({
      ...count,
      ...(atAll === undefined ? {} : { looked: atAll }),
    })),
  };
}
