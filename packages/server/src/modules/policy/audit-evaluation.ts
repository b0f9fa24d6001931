import type {
  ActiveException,
  GoldenPathFacts,
  Guardrail,
  PlacementObject,
  PlatformFile,
  Verdict,
} from '@pltf/contracts';
import {
  type CompiledGuardrails,
  compileGuardrails,
  evaluateGuardrails,
  goldenPathFor,
  placementObjects,
} from '@pltf/plan';
import type { PlacedRelease } from './placed-specs.ts';
import { withPreviews } from './preview-covers.ts';

/** Everything besides what runs that verdicts depend on; plain data, so that another thread can have it. */
export interface AuditFacts {
  /** Names exactly these facts. */
  readonly version: string;
  readonly platform: PlatformFile;
  readonly guardrails: readonly Guardrail[];
  readonly goldenPaths: readonly GoldenPathFacts[];
  readonly exceptions: readonly ActiveException[];
}

/** What an audit found in some placements. */
export interface AuditedBatch {
  /** All that does not pass. */
  readonly verdicts: readonly Verdict[];
  /** By guardrail: at how many of them it looked. */
  readonly looked: Readonly<Record<string, number>>;
}

/** A placement as guardrails see it: with the instances that it has now and the id that it got. */
export function placedObject(
  placed: PlacedRelease,
  platform: PlatformFile,
  goldenPaths: readonly GoldenPathFacts[],
): PlacementObject | undefined {
  const { environment, branch, instances, owner } = placed;
  const run = placed.spec.run[environment];
  const spec = {
    ...placed.spec,
    owner,
    // Also where the newest thin file does not want it any more: it runs there.
    environments: [environment],
    ...(run === undefined
      ? {}
      : {
          run: {
            ...placed.spec.run,
            [environment]: { ...run, instances: rangeOf(run, instances) },
          },
        }),
  };
  const path = goldenPathFor({ goldenPaths }, spec.kind, spec.path);
  const objects = placementObjects(spec, platform, path, branch);
  return objects.find((one) => one.environment.name === environment)?.object;
}

const rangeOf = (
  {
    instances: { minimum, maximum },
  }: { readonly instances: { readonly minimum: number; readonly maximum: number } },
  now: number,
) => ({ minimum: now, maximum: Math.max(now, minimum, maximum) });

/** All guardrails over some placements. Pure; 0.7 ms each with 50 guardrails. */
export function auditBatch(
  compiled: CompiledGuardrails,
  facts: AuditFacts,
  batch: readonly PlacedRelease[],
  now: Date,
): AuditedBatch {
  const objects = batch.flatMap((placed) => {
    const object = placedObject(placed, facts.platform, facts.goldenPaths);
    return object === undefined ? [] : [{ object, subject: placed.placement }];
  });
  const exceptions = withPreviews(facts.exceptions, batch, facts.platform);
  const looked: Record<string, number> = {};
  const verdicts: Verdict[] = [];
  for (const verdict of evaluateGuardrails(compiled, objects, {
    now,
    exceptions,
  })) {
    looked[verdict.guardrail] = (looked[verdict.guardrail] ?? 0) + 1;
    if (verdict.state !== 'pass') verdicts.push(verdict);
  }
  return { verdicts, looked };
}

export const compileFacts = ({ guardrails }: Pick<AuditFacts, 'guardrails'>): CompiledGuardrails =>
  compileGuardrails(guardrails);
