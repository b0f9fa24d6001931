import type { ActiveException, Verdict } from '@pltf/contracts';

/** What an exception is looked up by. */
export interface FailureFacts {
  readonly guardrail: string;
  readonly component: string | undefined;
  readonly environment: string | undefined;
  /** The placement's id, or kind and name of the object. */
  readonly subject: string;
  /** Of the values that break the guardrail. */
  readonly digest: string;
}

export interface FoundException {
  /** In force, of this scope, and bound to exactly these values. */
  readonly inForce: ActiveException | undefined;
  /** The one that ended last, when none is in force. */
  readonly ended: ActiveException | undefined;
  /** In force and of this scope, but approved for other values: what it was approved for has changed. */
  readonly outgrown: ActiveException | undefined;
}

/**
 * The one lookup that every surface shares: is this failure excepted now? The last instant of an exception counts as
 * within it (the whole day, when it names a day only); a date that cannot be read has passed.
 */
export function findException(
  exceptions: readonly ActiveException[],
  facts: FailureFacts,
  now: Date,
): FoundException {
  const inScope = exceptions
    .filter((exception) => isInScope(exception, facts))
    .toSorted((a, b) => compare(b.expiresAt, a.expiresAt) || compare(a.id, b.id));
  const current = inScope.filter((exception) => isInForce(exception, now));
  const inForce = current.find(({ covers }) => coversValue(covers, facts));
  return {
    inForce,
    ended: inForce === undefined ? inScope.find((one) => hasEnded(one, now)) : undefined,
    outgrown: inForce === undefined ? current[0] : undefined,
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const coversValue = (
  covers: ActiveException['covers'],
  { subject, digest }: FailureFacts,
): boolean => Object.hasOwn(covers, subject) && covers[subject] === digest;

function isInScope({ guardrail, scope }: ActiveException, facts: FailureFacts): boolean {
  return (
    guardrail === facts.guardrail &&
    facts.component !== undefined &&
    scope.component === facts.component &&
    (scope.environment === undefined || scope.environment === facts.environment)
  );
}

/** Whether an exception counts at this instant, whatever it is asked about. */
export function isInForce(exception: ActiveException, now: Date): boolean {
  const { startsAt } = exception;
  // NaN compares false: a start that cannot be read has not come.
  const hasBegun = startsAt === undefined || Date.parse(startsAt) <= now.getTime();
  return hasBegun && !hasEnded(exception, now);
}

function hasEnded({ expiresAt, endedAt }: ActiveException, now: Date): boolean {
  const isWithin = now.getTime() <= lastInstantOf(expiresAt);
  const isEndedEarly = endedAt !== undefined && !(now.getTime() < Date.parse(endedAt));
  return !isWithin || isEndedEarly;
}

const dayMs = 86_400_000;

/** Milliseconds; NaN for what is no date, which nothing is within. */
const lastInstantOf = (expiresAt: string): number =>
  /^\d{4}-\d{2}-\d{2}$/.test(expiresAt) ? Date.parse(expiresAt) + dayMs - 1 : Date.parse(expiresAt);

/**
 * Exceptions in force that nothing needs any longer: what they cover was evaluated, passes too, and none of it was
 * excepted by them. What was not evaluated proves nothing, unless the verdicts are of everything there is.
 */
export function unneededExceptions(
  exceptions: readonly ActiveException[],
  verdicts: readonly Verdict[],
  now: Date,
  options: { readonly ofEverything?: boolean } = {},
): readonly ActiveException[] {
  const evaluated = new Set(verdicts.map(({ guardrail, subject }) => `${guardrail}\n${subject}`));
  const needed = new Set(verdicts.flatMap(({ exception }) => exception?.id ?? []));
  return exceptions.filter((exception) => {
    const subjects = Object.keys(exception.covers);
    const isKnown =
      options.ofEverything === true ||
      (subjects.length > 0 &&
        subjects.every((subject) => evaluated.has(`${exception.guardrail}\n${subject}`)));
    return isInForce(exception, now) && isKnown && !needed.has(exception.id);
  });
}
