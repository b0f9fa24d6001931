import { createHash } from 'node:crypto';
import { PltfError, type ReplayedGuardrail, type Verdict } from '@pltf/contracts';
import { guardrailsInForce, parseGuardrails } from '@pltf/plan';
import { type AuditDependencies, auditFacts } from './audit-reconciler.ts';
import type { PlacedRelease } from './placed-specs.ts';

const batchSize = 100;
const mostHits = 500;
const mostGuardrails = 50;

/** What these guardrails would find in everything that runs, exceptions included; changes nothing. */
export async function replay(
  dependencies: AuditDependencies,
  text: string,
  signal: AbortSignal,
): Promise<{ readonly asOf: string; readonly guardrails: ReplayedGuardrail[] }> {
  const parsed = parseGuardrails(text, 'guardrails.yaml');
  if (!parsed.ok) {
    throw new PltfError('bad-request', {
      detail: 'this is not a guardrail',
      fix: 'Correct the places named in `errors`.',
      errors: parsed.problems,
    });
  }
  if (parsed.guardrails.length > mostGuardrails) {
    throw new PltfError('bad-request', {
      detail: `${parsed.guardrails.length} guardrails at once; ${mostGuardrails} are replayed at most`,
    });
  }
  const { placed, evaluator, clock, platform } = dependencies;
  const asOf = clock.now();
  const base = await auditFacts(dependencies);
  const guardrails = guardrailsInForce(parsed.guardrails, platform.current());
  const version = createHash('sha256').update(`replay\n${base.version}\n${text}`).digest('hex');
  const found = new Map(guardrails.map((one) => [one.metadata.name, tally(one.spec.title)]));
  for (let after = ''; ; ) {
    const batch = await placed.page(after, batchSize);
    if (batch.length === 0) break;
    const facts = { ...base, guardrails, version };
    const audited = await evaluator.evaluate(facts, batch, asOf, signal);
    for (const [name, count] of Object.entries(audited.looked)) add(found.get(name), count);
    const places = new Map(batch.map((one) => [one.placement, one]));
    for (const verdict of audited.verdicts) note(found.get(verdict.guardrail), verdict, places);
    after = batch.at(-1)?.placement ?? after;
  }
  return {
    asOf: asOf.toISOString(),
    guardrails: [...found].map(([guardrail, sum]) => summed(guardrail, sum)),
  };
}

interface Tally {
  readonly title: string;
  looked: number;
  readonly counts: { warn: number; deny: number; excepted: number; error: number };
  readonly teams: Map<string, number>;
  readonly hits: ReplayedGuardrail['hits'];
}

const tally = (title: string): Tally => ({
  title,
  looked: 0,
  counts: { warn: 0, deny: 0, excepted: 0, error: 0 },
  teams: new Map(),
  hits: [],
});

function add(sum: Tally | undefined, looked: number): void {
  if (sum !== undefined) sum.looked += looked;
}

function note(
  sum: Tally | undefined,
  verdict: Verdict,
  places: ReadonlyMap<string, PlacedRelease>,
): void {
  const place = places.get(verdict.subject);
  if (sum === undefined || place === undefined || verdict.state === 'pass') return;
  sum.counts[verdict.state] += 1;
  const { placement, component, environment, owner: team } = place;
  sum.teams.set(team, (sum.teams.get(team) ?? 0) + 1);
  if (sum.hits.length >= mostHits) return;
  sum.hits.push({
    ...{ placement, component, environment, team, state: verdict.state },
    ...(verdict.message === undefined ? {} : { message: verdict.message }),
  });
}

const summed = (guardrail: string, { title, looked, counts, teams, hits }: Tally) => ({
  ...{ guardrail, title, looked, hits },
  ...counts,
  teams: [...teams]
    .toSorted(([a, most], [b, fewer]) => fewer - most || (a < b ? -1 : 1))
    .map(([team, placements]) => ({ team, placements })),
});
