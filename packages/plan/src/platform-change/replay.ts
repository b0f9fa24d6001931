import type { Guardrail, GuardrailChange, PlatformFile, Verdict } from '@pltf/contracts';
import { canonicalJson } from '../digest.ts';
import {
  compileGuardrails,
  denies,
  evaluateGuardrails,
  guardrailsInForce,
  modeAt,
} from '../guardrails/index.ts';
import type { Break } from './breaks.ts';
import { mostExamples } from './classes.ts';
import type { PlacedView } from './placed.ts';

/** A platform with its guardrails: those that ship, and its own. */
export interface GuardedPlatform {
  readonly file: PlatformFile;
  readonly guardrails: readonly Guardrail[];
}

interface Counted {
  fails: number;
  newlyFails: number;
  newlyDenied: number;
  readonly examples: string[];
  message: string | undefined;
}

/** New and changed guardrails, evaluated over all that runs: who would be hit. */
export interface Replay {
  add(id: string, before: PlacedView, after: PlacedView): void;
  changes(): readonly GuardrailChange[];
  /** Those that would deny at once what runs: a new guardrail gives notice. */
  breaks(): readonly (Break & { readonly count: number; readonly examples: string[] })[];
}

/** How long those who are hit have, when nobody says otherwise. Milliseconds. */
const noticeMs = 30 * 86_400_000;

export function replay(before: GuardedPlatform, after: GuardedPlatform, now: Date): Replay {
  const [old, next] = [inForce(before), inForce(after)];
  const changed = [...next.values()].filter(
    (guardrail) => meaning(guardrail) !== meaning(old.get(guardrail.metadata.name)),
  );
  const removed = [...old.values()].filter(({ metadata }) => !next.has(metadata.name));
  const compiled = compileGuardrails(changed);
  const predecessors = compileGuardrails(
    changed.flatMap(({ metadata }) => old.get(metadata.name) ?? []),
  );
  const counted = new Map<string, Counted>();
  return {
    add: (id, was, will) => {
      if (changed.length === 0) return;
      const verdicts = (set: typeof compiled, { object }: PlacedView) =>
        evaluateGuardrails(set, [{ object, subject: id }], {
          now,
          exceptions: [],
          includePasses: false,
        });
      const earlier = new Map(
        verdicts(predecessors, was).map((verdict) => [verdict.guardrail, verdict]),
      );
      for (const verdict of verdicts(compiled, will))
        count(counted, id, verdict, earlier.get(verdict.guardrail));
    },
    changes: () => [
      ...changed.map((guardrail) =>
        shown(guardrail, old.has(guardrail.metadata.name) ? 'changed' : 'added', counted),
      ),
      ...removed.map((guardrail) => shown(guardrail, 'removed', counted)),
    ],
    breaks: () =>
      changed.flatMap((guardrail) => {
        const found = counted.get(guardrail.metadata.name);
        if (found === undefined || found.newlyDenied === 0) return [];
        return [tooSoon(guardrail, found, now)];
      }),
  };
}

const inForce = ({ file, guardrails }: GuardedPlatform): ReadonlyMap<string, Guardrail> =>
  new Map(guardrailsInForce(guardrails, file).map((one) => [one.metadata.name, one]));

/** What a guardrail does; its cases and words are its own affair. */
function meaning(guardrail: Guardrail | undefined): string {
  if (guardrail === undefined) return '';
  const { mode, enforceFrom, match, params, variables, validations } = guardrail.spec;
  return canonicalJson({
    ...{ mode, enforceFrom, match, params, variables },
    validations: validations.map(({ message: _, messageExpression: __, ...rest }) => rest),
  });
}

function count(
  counted: Map<string, Counted>,
  id: string,
  verdict: Verdict,
  earlier: Verdict | undefined,
): void {
  const one = counted.get(verdict.guardrail) ?? {
    ...{ fails: 0, newlyFails: 0, newlyDenied: 0, examples: [] },
    message: verdict.message,
  };
  counted.set(verdict.guardrail, one);
  one.fails += 1;
  if (earlier === undefined) one.newlyFails += 1;
  if (denies(verdict) && (earlier === undefined || !denies(earlier))) one.newlyDenied += 1;
  if (one.examples.length < mostExamples) one.examples.push(id);
}

function shown(
  { metadata: { name: id }, spec }: Guardrail,
  change: GuardrailChange['change'],
  counted: ReadonlyMap<string, Counted>,
): GuardrailChange {
  const found = counted.get(id);
  return {
    id,
    change,
    title: spec.title,
    severity: spec.severity,
    mode: change === 'removed' ? 'off' : spec.mode,
    ...(spec.enforceFrom === undefined ? {} : { enforceFrom: spec.enforceFrom }),
    fails: found?.fails ?? 0,
    newlyFails: found?.newlyFails ?? 0,
    examples: [...(found?.examples ?? [])],
    ...(found?.message === undefined ? {} : { message: found.message }),
  };
}

function tooSoon(guardrail: Guardrail, { newlyDenied, examples }: Counted, now: Date) {
  const { name } = guardrail.metadata;
  const day = new Date(now.getTime() + noticeMs).toISOString().slice(0, 10);
  const since = modeAt(guardrail, now) === 'enforce' ? 'at once' : '';
  return {
    kind: 'guardrail',
    message: `the guardrail \`${name}\` would deny what runs, ${since}`.replace(/, $/, ''),
    fix: `Give notice: \`enforceFrom: ${day}\`. Until then it warns, and those who are hit can see it.`,
    count: newlyDenied,
    examples: [...examples],
  };
}
