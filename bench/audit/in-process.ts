// All guardrails over everything that runs, in one process on one core:
//   npx tsx bench/audit/in-process.ts [placements] [guardrails]
import type { Guardrail } from '../../packages/contracts/src/index.ts';
import {
  compileGuardrails,
  evaluateGuardrails,
  exampleObject,
  shippedGuardrails,
} from '../../packages/plan/src/guardrails/index.ts';

export interface AuditTaken {
  readonly seconds: number;
  readonly evaluated: number;
  readonly failed: number;
}

/** The shipped guardrails that look at placements, again and again under other names, until there are enough. */
export function manyGuardrails(count: number): readonly Guardrail[] {
  const ours = shippedGuardrails().filter(({ spec }) =>
    spec.match.resources.some(({ resource }) => resource === 'placements'),
  );
  return Array.from({ length: count }, (_, index) => {
    const one = ours[index % ours.length] as Guardrail;
    return { ...one, metadata: { name: `${one.metadata.name}-${index}` } };
  });
}

/** Placements that differ in what guardrails look at; about one in ten breaks one of them. */
export function manyPlacements(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const object = exampleObject('placement') as unknown as {
      readonly metadata: Record<string, unknown>;
      readonly spec: Record<string, unknown>;
    };
    const component = `service-${index}`;
    const environment = ['prod', 'staging', 'preview'][index % 3] ?? 'prod';
    Object.assign(object.metadata, { name: component, namespace: environment });
    Object.assign(object.spec, {
      component,
      environment,
      environmentKind: environment === 'preview' ? 'preview' : 'stable',
      tier: 1 + (index % 3),
      region: index % 10 === 0 ? 'us' : 'eu',
      routes: [{ host: `${component}.example.com`, public: environment === 'prod', signIn: false }],
      needs: { db: { kind: 'offer', offer: 'postgres', plan: 'small', encrypted: index % 7 > 0 } },
    });
    return { object, subject: `${component}.${environment}` };
  });
}

/** Compiles and evaluates; passes are counted and not kept. */
export function auditInProcess(placements: number, guardrails: number): AuditTaken {
  const objects = manyPlacements(placements);
  const rules = manyGuardrails(guardrails);
  const since = performance.now();
  const compiled = compileGuardrails(rules);
  let evaluated = 0;
  let failed = 0;
  for (const one of objects) {
    const verdicts = evaluateGuardrails(compiled, [one], {
      now: new Date('2026-06-01T00:00:00Z'),
      exceptions: [],
    });
    evaluated += verdicts.length;
    failed += verdicts.filter(({ state }) => state !== 'pass').length;
  }
  return { seconds: (performance.now() - since) / 1000, evaluated, failed };
}

if (process.argv[1]?.endsWith('in-process.ts') === true) {
  const [placements = 10_000, guardrails = 50] = process.argv.slice(2).map(Number);
  const { seconds, evaluated, failed } = auditInProcess(placements, guardrails);
  process.stdout.write(
    `${placements} placements, ${guardrails} guardrails: ${seconds.toFixed(2)} s, ${evaluated} verdicts, ${failed} no pass\n`,
  );
}
