import type { Verdict } from '@pltf/contracts';
import type { JsonObject } from '../../template/json.ts';
import { wellFormed } from './place.ts';

type Result = 'pass' | 'fail' | 'warn' | 'error' | 'skip';

const results: Readonly<Record<Verdict['state'], Result>> = {
  pass: 'pass',
  warn: 'warn',
  deny: 'fail',
  error: 'error',
  excepted: 'skip',
};

/** A report of the OpenReports API, as dashboards of clusters read it; an exception is a skip that names itself. */
export function verdictsToOpenReport(
  verdicts: readonly Verdict[],
  options: { readonly name: string; readonly now: Date },
): JsonObject {
  const seconds = Math.floor(options.now.getTime() / 1000);
  const count = (result: Result): number =>
    verdicts.filter(({ state }) => results[state] === result).length;
  return {
    apiVersion: 'openreports.io/v1alpha1',
    kind: 'Report',
    metadata: { name: options.name },
    source: 'pltf',
    summary: {
      pass: count('pass'),
      fail: count('fail'),
      warn: count('warn'),
      error: count('error'),
      skip: count('skip'),
    },
    results: verdicts.map((verdict) => ({
      policy: verdict.guardrail,
      result: results[verdict.state],
      severity: verdict.severity,
      source: 'pltf',
      description: wellFormed(verdict.message ?? verdict.title),
      timestamp: { seconds, nanos: 0 },
      properties: propertiesOf(verdict),
    })),
  };
}

/** Texts only: the API has no other values. */
function propertiesOf({ subject, mode, where, digest, exception, expired }: Verdict): JsonObject {
  return {
    subject: wellFormed(subject),
    mode,
    ...(where === undefined ? {} : { where: wellFormed(where) }),
    ...(digest === undefined ? {} : { digest }),
    ...(exception === undefined
      ? {}
      : {
          exception: exception.id,
          exceptionOwner: exception.owner,
          exceptionExpires: exception.expires,
        }),
    ...(expired === undefined ? {} : { expiredException: expired.id, expired: expired.expired }),
  };
}
