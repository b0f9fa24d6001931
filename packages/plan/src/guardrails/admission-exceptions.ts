import { type ActiveException, type Guardrail, platformGroup } from '@pltf/contracts';
import { celValue } from '../cel/index.ts';
import type { JsonObject, JsonValue } from '../template/json.ts';
import {
  type AdmissionExpressions,
  celLiteral,
  celText,
  valueCondition,
} from './admission-expressions.ts';
import { compileGuardrails } from './compile-guardrails.ts';
import type { GuardedObject } from './evaluate-guardrails.ts';
import { findException } from './exceptions.ts';
import { type Finding, findingOf } from './finding.ts';
import { componentLabel, identityOf } from './object-identity.ts';
import { valueAt } from './object-path.ts';

export interface AdmissionContext {
  /** When it is rendered: `now` and the dates of exceptions are resolved to this instant. */
  readonly now: Date;
  readonly exceptions?: readonly ActiveException[];
  /** What the exceptions were approved for, as it is now: a policy cannot compute digests, so it gets the values. */
  readonly objects?: readonly GuardedObject[];
}

type Failure = Extract<Finding, { readonly outcome: 'fail' }>;

interface Failing {
  readonly guarded: GuardedObject;
  readonly finding: Failure;
  readonly exception: ActiveException;
}

/**
 * One match condition for each exception in force, `!(scope && what it covers)`: the policy does not look at what is
 * excepted, exactly as long as it is as it was approved. A policy has no digests, so the values are written out; an
 * exception for what has changed since is left out, and said so.
 */
export function exceptionConditions(
  guardrail: Guardrail,
  context: AdmissionContext,
  expressions: AdmissionExpressions,
): {
  readonly conditions: readonly { readonly name: string; readonly expression: string }[];
  readonly notes: readonly string[];
} {
  const { exceptions = [] } = context;
  const own = exceptions.filter((one) => one.guardrail === guardrail.metadata.name);
  if (own.length === 0) return { conditions: [], notes: [] };
  const covered = coveredNow(guardrail, context, own);
  const inForce = own
    .filter(({ id }) => covered.some(({ exception }) => exception.id === id))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    conditions: inForce.map((exception) => {
      const mine = covered.filter((one) => one.exception.id === exception.id);
      const each = mine.map((one) => `(${coverCondition(guardrail, one, expressions)})`);
      return {
        name: `exception-${exception.id}`,
        expression: `!((${scopeCondition(exception, mine)}) && (${each.join(' || ')}))`,
      };
    }),
    notes: own
      .filter(({ id }) => !covered.some(({ exception }) => exception.id === id))
      .map(({ id }) => `exception ${id} covers nothing that is there as it was approved`),
  };
}

/** What the one lookup of all surfaces finds excepted at this instant. */
function coveredNow(
  guardrail: Guardrail,
  { objects = [], now }: AdmissionContext,
  exceptions: readonly ActiveException[],
): readonly Failing[] {
  const [compiled] = compileGuardrails([guardrail]).guardrails;
  if (compiled === undefined) return [];
  return objects.flatMap((guarded) => {
    const object = guarded.object as JsonObject;
    const inputs = {
      object: celValue(object),
      oldObject: celValue(guarded.oldObject ?? null),
      now: celValue(now),
    };
    const finding = findingOf(compiled, object, inputs);
    if (finding.outcome !== 'fail') return [];
    const { component, environment } = identityOf(object);
    const { inForce } = findException(
      exceptions,
      {
        guardrail: guardrail.metadata.name,
        component,
        environment: guarded.environment ?? environment,
        subject: guarded.subject,
        digest: finding.digest,
      },
      now,
    );
    return inForce === undefined ? [] : [{ guarded, finding, exception: inForce }];
  });
}

const isPlacement = (object: JsonObject): boolean => {
  const { group, resource } = identityOf(object);
  return group === platformGroup && resource === 'placements';
};

function scopeCondition({ scope }: ActiveException, failing: readonly Failing[]): string {
  const component = celText(scope.component);
  const label = celText(componentLabel);
  const ofPlacement = `has(object.spec.component) && object.spec.component == ${component}`;
  const ofLabel = `has(object.metadata.labels) && ${label} in object.metadata.labels && object.metadata.labels[${label}] == ${component}`;
  const ours = failing.map(({ guarded }) => isPlacement(guarded.object as JsonObject));
  if (ours.every(Boolean)) return ofPlacement;
  return ours.some(Boolean) ? `(${ofPlacement}) || (${ofLabel})` : ofLabel;
}

/** A placement is the same in every place that holds it; its name and namespace in a cluster are the cluster's. */
function identityConditions(object: JsonObject): readonly string[] {
  const paths = isPlacement(object)
    ? [['kind'], ['spec', 'component'], ['spec', 'environment'], ['spec', 'branch']]
    : [['kind'], ['metadata', 'name'], ['metadata', 'namespace']];
  return paths.map((keys) => valueCondition(keys, valueAt(object, keys)));
}

/** This object, with exactly the values that were approved, and nothing else wrong with it. */
function coverCondition(
  { spec }: Guardrail,
  { guarded, finding }: Failing,
  { alone }: AdmissionExpressions,
): string {
  const identity = identityConditions(guarded.object as JsonObject);
  const failed = new Map(finding.failures.map(({ validation, values }) => [validation, values]));
  const validations = spec.validations.map(({ expression, breaking }, index) => {
    const values = failed.get(index);
    if (values === undefined) return `(${alone(expression)})`;
    if (breaking !== undefined) {
      const value = (values[0]?.value ?? null) as JsonValue;
      return `(${alone(breaking)}) == dyn(${celLiteral(value)})`;
    }
    return values
      .map(({ path, value }) => valueCondition([path].flat(), value as JsonValue | undefined))
      .join(' && ');
  });
  return [...identity, ...validations].join(' && ');
}
