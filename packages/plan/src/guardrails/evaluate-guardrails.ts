import type { ActiveException, Guardrail, GuardrailMode, Verdict } from '@pltf/contracts';
import { type CelInput, celValue } from '../cel/index.ts';
import type { JsonObject } from '../template/json.ts';
import type { CompiledGuardrail, CompiledGuardrails } from './compile-guardrails.ts';
import { findException } from './exceptions.ts';
import { type Finding, findingOf } from './finding.ts';
import { identityOf, matches, type ObjectIdentity } from './object-identity.ts';

/** One object to look at. */
export interface GuardedObject {
  readonly object: object;
  /** What is there now; absent for something new. */
  readonly oldObject?: object;
  /** The placement's id, or kind and name of the object. */
  readonly subject: string;
  /** Where the object itself does not say it. */
  readonly environment?: string;
  /** The place in the thin file that a path of the object comes from. */
  whereOf?(path: string): string | undefined;
}

export interface GuardrailContext {
  readonly now: Date;
  readonly exceptions: readonly ActiveException[];
  /** Without passes a large audit needs a fraction of the memory. Default true. */
  readonly includePasses?: boolean;
  /**
   * Puts the remedy's changes into `fix`, untried: only for whoever tries them against all guardrails before anybody
   * sees them, as `planComponent` does. Default false.
   */
  readonly proposeFixes?: boolean;
}

/**
 * What each guardrail that looks at an object says of it, by object, in the guardrails' order. Never throws: an
 * evaluation that fails, or needs too many steps, is a verdict `error`.
 */
export function evaluateGuardrails(
  compiled: CompiledGuardrails,
  objects: readonly GuardedObject[],
  context: GuardrailContext,
): readonly Verdict[] {
  const now = celValue(context.now);
  const verdicts: Verdict[] = [];
  for (const guarded of objects) {
    const object = guarded.object as JsonObject;
    const said = identityOf(object);
    const identity = { ...said, environment: guarded.environment ?? said.environment };
    const chosen = compiled.guardrails.filter(({ guardrail }) =>
      matches(guardrail.spec.match, identity),
    );
    if (chosen.length === 0) continue;
    const inputs = {
      object: celValue(object),
      oldObject: celValue(guarded.oldObject ?? null),
      now,
    };
    for (const one of chosen) {
      const verdict = verdictOf(one, { guarded, identity, inputs, context });
      if (verdict === undefined) continue;
      if (verdict.state !== 'pass' || context.includePasses !== false) verdicts.push(verdict);
    }
  }
  return verdicts;
}

interface Evaluation {
  readonly guarded: GuardedObject;
  readonly identity: ObjectIdentity;
  readonly inputs: Readonly<Record<'object' | 'oldObject' | 'now', CelInput>>;
  readonly context: GuardrailContext;
}

/** What a guardrail does at this instant: an `enforce` only warns before its day. */
export function modeAt({ spec }: Guardrail, now: Date): GuardrailMode {
  const { mode, enforceFrom } = spec;
  const waits = enforceFrom !== undefined && !(Date.parse(enforceFrom) <= now.getTime());
  return mode === 'enforce' && waits ? 'warn' : mode;
}

function verdictOf(one: CompiledGuardrail, evaluation: Evaluation): Verdict | undefined {
  const { guarded, identity, inputs, context } = evaluation;
  const { guardrail } = one;
  const finding = findingOf(one, guarded.object as JsonObject, inputs);
  if (finding.outcome === 'not-concerned') return undefined;
  const { spec, metadata } = guardrail;
  const mode = modeAt(guardrail, context.now);
  const base = {
    guardrail: metadata.name,
    title: spec.title,
    severity: spec.severity,
    mode,
    subject: guarded.subject,
    ...(identity.environment === undefined ? {} : { environment: identity.environment }),
    why: spec.why,
    remedy: spec.remedy.text,
  };
  if (finding.outcome === 'pass') return { ...base, state: 'pass' };
  if (finding.outcome === 'error') return { ...base, state: 'error', message: finding.message };
  const facts = {
    guardrail: metadata.name,
    component: identity.component,
    environment: identity.environment,
    subject: guarded.subject,
    digest: finding.digest,
  };
  const waits = spec.mode === 'enforce' && mode === 'warn' ? spec.enforceFrom : undefined;
  return {
    ...base,
    state: mode === 'enforce' ? 'deny' : 'warn',
    ...failureDetail(finding, guarded),
    ...(context.proposeFixes === true ? proposal(finding, identity) : {}),
    ...(waits === undefined ? {} : { enforceFrom: waits }),
    ...exceptionDetail(findException(context.exceptions, facts, context.now)),
  };
}

type Failure = Extract<Finding, { readonly outcome: 'fail' }>;

function failureDetail(finding: Failure, guarded: GuardedObject): Partial<Verdict> {
  const { path } = finding;
  const where = path === undefined ? undefined : guarded.whereOf?.(path);
  return {
    message: finding.message,
    digest: finding.digest,
    ...(path === undefined ? {} : { path }),
    ...(where === undefined ? {} : { where }),
  };
}

function proposal({ changes }: Failure, { environment }: ObjectIdentity): Partial<Verdict> {
  const proposed = changes();
  if (proposed === undefined) return {};
  const isPlaced = proposed.every(({ path }) => environment !== undefined || !path.includes(here));
  if (!isPlaced) return {};
  const fix = proposed.map((change) => ({
    ...change,
    path: change.path.map((key) => (key === here ? (environment ?? key) : key)),
  }));
  return { fix };
}

/** In a remedy's path: the environment of the object. */
const here = '{environment}';

function exceptionDetail({ inForce, ended }: ReturnType<typeof findException>): Partial<Verdict> {
  if (inForce !== undefined) {
    const { id, owner, team, expiresAt } = inForce;
    return { state: 'excepted', exception: { id, owner, team, expires: expiresAt } };
  }
  if (ended === undefined) return {};
  return { expired: { id: ended.id, expired: ended.endedAt ?? ended.expiresAt } };
}

/** For `planComponent`, which tries what guardrails propose before it shows it. */
export const judgeWith =
  (compiled: CompiledGuardrails) =>
  (
    objects: readonly GuardedObject[],
    context: Pick<GuardrailContext, 'now' | 'exceptions'>,
  ): readonly Verdict[] =>
    evaluateGuardrails(compiled, objects, { ...context, proposeFixes: true });

/** Whether a verdict stops what it is about: a failure to evaluate stops like a denial does. */
export const denies = ({ state, mode }: Pick<Verdict, 'state' | 'mode'>): boolean =>
  state === 'deny' || (state === 'error' && mode === 'enforce');
