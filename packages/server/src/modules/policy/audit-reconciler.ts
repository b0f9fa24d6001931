import { createHash } from 'node:crypto';
import { canonicalJson } from '@pltf/plan';
import type { Reconciler } from '../../engine/reconciler.ts';
import type { Clock } from '../../kernel/clock.ts';
import { platformActor } from '../../kernel/events.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { AuditFacts } from './audit-evaluation.ts';
import {
  auditSentence,
  type KeptResult,
  nextWholeAudit,
  noFindings,
  resultDifference,
} from './audit-rules.ts';
import type { Evaluator } from './evaluator.ts';
import type { ExceptionQueries } from './exception-queries.ts';
import type { GuardrailSource } from './guardrail-set.ts';
import type { GoldenPathSource, PlacedRelease, PlacedReleases } from './placed-specs.ts';
import { auditReconciler, wholeAuditReconciler } from './policy-wakes.ts';
import type { ResultsStore } from './results-store.ts';

export interface AuditDependencies {
  readonly db: Db;
  readonly platform: Pick<PlatformSource, 'current'>;
  readonly guardrails: GuardrailSource;
  readonly exceptions: ExceptionQueries;
  readonly placed: PlacedReleases;
  readonly paths: GoldenPathSource;
  readonly store: ResultsStore;
  readonly evaluator: Evaluator;
  readonly clock: Clock;
}

/** So many placements at once: 75 ms of evaluation, and for this thread a dozen milliseconds, in pieces. */
const batchSize = 100;
const refusalsKeptMs = 30 * 86_400_000;

/** Everything that verdicts depend on besides what runs, as it is now. */
export async function auditFacts(
  { platform, guardrails, exceptions, paths, clock }: Omit<AuditDependencies, 'placed'>,
  component?: string,
): Promise<AuditFacts> {
  const facts = {
    platform: platform.current(),
    guardrails: guardrails.current().inForce,
    goldenPaths: await paths.goldenPaths(),
    exceptions: await exceptions.active(clock.now(), component),
  };
  const version = createHash('sha256').update(canonicalJson(facts)).digest('hex');
  return { version, ...facts };
}

/** Looks at all that runs of one component; woken when that, or an exception of it, changed. */
export function createAuditReconciler(dependencies: AuditDependencies): Reconciler {
  const { db, placed, store } = dependencies;
  return {
    name: auditReconciler,
    concurrency: 2,
    reconcile: async (component, signal) => {
      const batch = await placed.of(component);
      const facts = await auditFacts(dependencies, component);
      const seen = await auditPlacements(dependencies, facts, batch, signal);
      if (!seen.changed) return undefined;
      await transact(db, async (tx) => {
        const today = dayOf(dependencies.clock.now());
        await store.writeDay(tx, today, await countsInForce(dependencies, facts), undefined);
        const summary = auditSentence(seen.newlyFailing, seen.passing);
        if (summary === undefined) return;
        tx.tell({
          type: 'guardrails-audited',
          actor: platformActor,
          component,
          summary,
          data: {
            failing: seen.newlyFailing.map(({ placement, guardrail }) => ({
              placement,
              guardrail,
            })),
          },
        });
      });
      return undefined;
    },
  };
}

const dayOf = (now: Date): string => now.toISOString().slice(0, 10);

/** Looks at everything that runs; woken when guardrails or the platform changed, and by time. */
export function createWholeAuditReconciler(dependencies: AuditDependencies): Reconciler {
  return {
    name: wholeAuditReconciler,
    concurrency: 1,
    reconcile: async (_key, signal) => {
      const { clock } = dependencies;
      const started = clock.now();
      const facts = await auditFacts(dependencies);
      const pass: Pass = { placements: 0, looked: {}, newlyFailing: [], passing: [] };
      for (let after = ''; ; ) {
        const batch = await dependencies.placed.page(after, batchSize);
        if (batch.length === 0) break;
        await auditInto(pass, dependencies, facts, batch, signal);
        after = batch.at(-1)?.placement ?? after;
      }
      await writePass(dependencies, facts, pass, started);
      return { again: nextWholeAudit(clock.now()) };
    },
  };
}

interface Pass {
  placements: number;
  looked: Record<string, number>;
  newlyFailing: KeptResult[];
  passing: KeptResult[];
}

async function auditInto(
  pass: Pass,
  dependencies: AuditDependencies,
  facts: AuditFacts,
  batch: readonly PlacedRelease[],
  signal: AbortSignal,
): Promise<void> {
  const seen = await auditPlacements(dependencies, facts, batch, signal);
  pass.placements += batch.length;
  for (const [guardrail, count] of Object.entries(seen.looked))
    pass.looked[guardrail] = (pass.looked[guardrail] ?? 0) + count;
  pass.newlyFailing.push(...seen.newlyFailing);
  pass.passing.push(...seen.passing);
}

async function writePass(
  dependencies: AuditDependencies,
  facts: AuditFacts,
  pass: Pass,
  started: Date,
): Promise<void> {
  const { db, store, clock } = dependencies;
  const now = clock.now();
  await transact(db, async (tx) => {
    await store.writeDay(tx, dayOf(now), await countsInForce(dependencies, facts), pass.looked);
    await store.forgetRefusals(tx, new Date(now.getTime() - refusalsKeptMs));
    const tookMs = Math.max(0, now.getTime() - started.getTime());
    await store.record(tx, {
      facts: facts.version,
      asOf: started,
      placements: pass.placements,
      tookMs,
    });
    const summary = auditSentence(pass.newlyFailing, pass.passing);
    if (summary === undefined) return;
    tx.tell({
      type: 'guardrails-audited',
      actor: platformActor,
      summary,
      data: { placements: pass.placements, failing: pass.newlyFailing.length },
    });
  });
}

/** Counts of today for every guardrail in force, also for those that find nothing. */
async function countsInForce({ db, store }: AuditDependencies, { guardrails }: AuditFacts) {
  const counts = await store.counts(db);
  return new Map(
    guardrails.map(({ metadata: { name } }) => [name, counts.get(name) ?? noFindings]),
  );
}

/** Evaluates a batch and writes what differs from what is known; nothing when nothing does. */
async function auditPlacements(
  { db, store, evaluator, clock }: AuditDependencies,
  facts: AuditFacts,
  batch: readonly PlacedRelease[],
  signal: AbortSignal,
) {
  const now = clock.now();
  const { verdicts, looked } = await evaluator.evaluate(facts, batch, now, signal);
  const ids = batch.map(({ placement }) => placement);
  const difference = resultDifference(await store.kept(db, ids), verdicts);
  const { newlyFailing, passing } = difference;
  const changed = difference.put.length + difference.drop.length > 0;
  if (!changed) return { looked, changed, newlyFailing, passing };
  const places = new Map(batch.map((placed) => [placed.placement, placed]));
  const written = await transact(db, async (tx) => {
    // What was rolled out meanwhile has woken its own audit, which knows better.
    const same = await store.stillSo(tx, batch);
    const isSame = ({ placement }: KeptResult): boolean => same.has(placement);
    const kept = {
      put: difference.put.filter(({ result }) => isSame(result)),
      drop: difference.drop.filter(isSame),
      newlyFailing: newlyFailing.filter(isSame),
      passing: passing.filter(isSame),
    };
    await store.write(tx, kept, places, now);
    return kept;
  });
  return { looked, changed, newlyFailing: written.newlyFailing, passing: written.passing };
}
