import { type AuditAsOf, PltfError } from '@pltf/contracts';
import { nearest } from '@pltf/plan';
import type { HandlersOf } from '../../kernel/request.ts';
import { type AuditDependencies, auditFacts } from './audit-reconciler.ts';
import type { FindBreaking } from './breaking.ts';
import { exceptionDebt, failingDebt, inOrder, requestDebt } from './debts.ts';
import { exceptionViews } from './exception-views.ts';
import { guardrailView } from './guardrail-views.ts';
import { replay } from './replay.ts';
import type { RequestQueries } from './request-store.ts';
import type { ResultsQueries } from './results-queries.ts';

export interface GuardrailRoutesDependencies {
  readonly audit: AuditDependencies;
  readonly results: ResultsQueries;
  readonly requests: RequestQueries;
  readonly breaking: FindBreaking;
}

type Names = 'listGuardrails' | 'getGuardrail' | 'listVerdicts' | 'replayGuardrails' | 'listDebts';

const mostHits = 500;
const mostDebts = 1000;
const dayMs = 86_400_000;

/** HTTP to domain for guardrails and what they find. */
export function guardrailRoutes(dependencies: GuardrailRoutesDependencies): HandlersOf<Names> {
  const { audit, results } = dependencies;
  const { guardrails, clock, store, db } = audit;
  const since = (days: number): string =>
    new Date(clock.now().getTime() - (days - 1) * dayMs).toISOString().slice(0, 10);
  return {
    listGuardrails: async ({ query }, context) => {
      context.authorize({});
      const [counts, days] = [await store.counts(db), await results.days(since(query.days))];
      const now = clock.now();
      return {
        items: guardrails
          .current()
          .known.map((known) =>
            guardrailView(known, counts, days.get(known.guardrail.metadata.name) ?? [], now),
          ),
        audit: await auditAsOf(dependencies),
      };
    },
    getGuardrail: async ({ params: { guardrail }, query }, context) => {
      context.authorize({ what: guardrail });
      const { known } = guardrails.current();
      const found = known.find((one) => one.guardrail.metadata.name === guardrail);
      if (found === undefined)
        throw unknown(
          guardrail,
          known.map((one) => one.guardrail.metadata.name),
        );
      const days = await results.days(since(query.days), guardrail);
      const counts = await store.counts(db);
      return {
        guardrail: guardrailView(found, counts, days.get(guardrail) ?? [], clock.now()),
        document: found.guardrail,
        hit: [...(await results.list({ guardrail, limit: mostHits }))],
        audit: await auditAsOf(dependencies),
      };
    },
    listVerdicts: async ({ query }, context) => {
      context.authorize({});
      const { component, team, guardrail, cursor, limit } = query;
      const items = await results.list({
        component,
        team,
        guardrail,
        after: placeOf(cursor),
        limit,
      });
      const last = items.length === limit ? items.at(-1) : undefined;
      const next = last === undefined ? undefined : `${last.placement} ${last.verdict.guardrail}`;
      return {
        items: [...items],
        ...(next === undefined ? {} : { next }),
        audit: await auditAsOf(dependencies),
      };
    },
    replayGuardrails: async ({ body }, context) => {
      context.authorize({});
      return replay(audit, body.text, context.signal);
    },
    listDebts: debts(dependencies),
  };
}

function unknown(name: string, names: readonly string[]): PltfError {
  const meant = nearest(name, names);
  return new PltfError('not-found', {
    detail: `there is no guardrail ${name}`,
    fix: meant === undefined ? '`pltf guardrail list` shows them.' : `Did you mean ${meant}?`,
  });
}

function placeOf(cursor: string | undefined): readonly [string, string] | undefined {
  if (cursor === undefined) return undefined;
  const [placement, guardrail, ...rest] = cursor.split(' ');
  if (placement !== undefined && guardrail !== undefined && rest.length === 0)
    return [placement, guardrail];
  throw new PltfError('bad-request', {
    detail: 'this cursor is not one of ours',
    errors: [{ where: 'query.cursor', message: 'give `next` of the page before' }],
  });
}

/** How current the findings are: behind while something waits, or when the facts are others by now. */
async function auditAsOf({ audit, results }: GuardrailRoutesDependencies): Promise<AuditAsOf> {
  const last = await audit.store.lastAudit(audit.db);
  if (last === undefined) return { behind: true, placements: 0 };
  const behind = (await results.isBehind()) || last.facts !== (await auditFacts(audit)).version;
  return { asOf: last.asOf.toISOString(), behind, placements: last.placements };
}

function debts(dependencies: GuardrailRoutesDependencies): HandlersOf<'listDebts'>['listDebts'] {
  const { audit, results, requests, breaking } = dependencies;
  const { platform, guardrails, exceptions, clock } = audit;
  return async ({ query }, context) => {
    context.authorize({});
    const { actor } = context;
    const teams = query.team === undefined ? [...actor.teams.keys()] : [query.team];
    if (teams.length === 0) return { teams, items: [], audit: await auditAsOf(dependencies) };
    const now = clock.now();
    const open = await exceptions.list({
      teams,
      states: ['pending', 'approved'],
      limit: mostDebts,
    });
    const view = { guardrails: guardrails.current(), platform: platform.current(), actor, now };
    const asked = await requests.list({ owners: teams, state: 'open', limit: mostDebts });
    const items = [
      ...(await results.list({ teams, limit: mostDebts })).map(failingDebt),
      ...(await exceptionViews(open, breaking, view)).map(exceptionDebt),
      ...asked.map((request) => requestDebt(request, now)),
    ];
    return {
      teams,
      items: inOrder(
        items.filter((item) => item !== undefined),
        now,
      ),
      audit: await auditAsOf(dependencies),
    };
  };
}
