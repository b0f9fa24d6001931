import type { DebtItem, Guardrail, GuardrailResult, GuardrailView } from '@pltf/contracts';
import { actorOf, type TestHandlers } from '../handler-types.ts';
import { must, paged, soon } from '../lookup.ts';
import { day, past } from '../times.ts';
import type { World } from '../world.ts';
import { exceptionHandlers } from './exception-handlers.ts';
import { requestHandlers } from './request-handlers.ts';

type Names =
  | 'listGuardrails'
  | 'getGuardrail'
  | 'listVerdicts'
  | 'replayGuardrails'
  | 'listExceptions'
  | 'getException'
  | 'requestException'
  | 'approveException'
  | 'rejectException'
  | 'revokeException'
  | 'withdrawException'
  | 'listRequests'
  | 'getRequest'
  | 'createRequest'
  | 'answerRequest'
  | 'withdrawRequest'
  | 'listDebts';

export const policyHandlers = (world: World): Pick<TestHandlers, Names> => ({
  ...guardrailHandlers(world),
  ...exceptionHandlers(world),
  ...requestHandlers(world),
});

function guardrailHandlers(world: World) {
  const { governance } = world;
  return {
    listGuardrails: ({ query }) => ({
      items: governance.guardrails.map((one) => viewOf(one, governance.hits, query.days)),
      audit: governance.audit,
    }),
    getGuardrail: ({ params, query }) => {
      const document = must(
        governance.guardrails.find(({ metadata }) => metadata.name === params.guardrail),
        params.guardrail,
      );
      return {
        guardrail: viewOf(document, governance.hits, query.days),
        document,
        hit: governance.hits.filter(({ verdict }) => verdict.guardrail === params.guardrail),
        audit: governance.audit,
      };
    },
    listVerdicts: ({ query }) => ({
      ...paged(
        governance.hits.filter(
          (one) =>
            (query.component ?? one.component) === one.component &&
            (query.guardrail ?? one.verdict.guardrail) === one.verdict.guardrail,
        ),
        query,
      ),
      audit: governance.audit,
    }),
    replayGuardrails: () => ({ asOf: soon(0), guardrails: [] }),
    listDebts: ({ query }, asking) => {
      const own = world.users.get(actorOf(asking))?.teams.map(({ team }) => team) ?? [];
      const teams = query.team === undefined ? own : [query.team];
      return { teams, items: debtsOf(world, teams), audit: governance.audit };
    },
  } satisfies Partial<TestHandlers>;
}

const countOf = (hits: readonly GuardrailResult[], id: string, state: string): number =>
  hits.filter(({ verdict }) => verdict.guardrail === id && verdict.state === state).length;

function viewOf(
  { metadata, spec }: Guardrail,
  hits: readonly GuardrailResult[],
  days: number,
): GuardrailView {
  const counts = {
    warn: countOf(hits, metadata.name, 'warn'),
    deny: countOf(hits, metadata.name, 'deny'),
    excepted: countOf(hits, metadata.name, 'excepted'),
    error: countOf(hits, metadata.name, 'error'),
  };
  const found = Object.values(counts).some((count) => count > 0);
  return {
    id: metadata.name,
    title: spec.title,
    why: spec.why,
    severity: spec.severity,
    owner: spec.owner,
    controls: spec.controls,
    source: 'shipped',
    ...(metadata.name === 'drain-long-enough'
      ? { mode: 'enforce', enforceFrom: past(-40 * day).slice(0, 10), effective: 'warn' }
      : { mode: spec.mode, effective: spec.mode }),
    remedy: spec.remedy.text,
    effect: { looked: 94, ...counts },
    history: Array.from({ length: Math.min(days, 24) }, (_, at) => ({
      day: past((Math.min(days, 24) - 1 - at) * day).slice(0, 10),
      looked: 70 + at,
      ...counts,
      // It had more to find when it was new.
      warn: counts.warn + (found ? Math.max(0, 8 - Math.floor(at / 2)) : 0),
    })),
  };
}

function debtsOf(world: World, teams: readonly string[]): DebtItem[] {
  const { hits, exceptions, requests } = world.governance;
  return [
    ...hits.flatMap(({ verdict, team, component, environment, placement, since }): DebtItem[] =>
      teams.includes(team) && verdict.state !== 'excepted' && verdict.state !== 'pass'
        ? [
            {
              kind: 'failing',
              ...{ team, component, placement, environment, since },
              title: verdict.title,
              guardrail: verdict.guardrail,
              severity: verdict.severity,
              state: verdict.state,
              remedy: verdict.remedy,
              ...(verdict.message === undefined ? {} : { message: verdict.message }),
              ...(verdict.enforceFrom === undefined ? {} : { enforceFrom: verdict.enforceFrom }),
            },
          ]
        : [],
    ),
    ...exceptions.flatMap((one): DebtItem[] =>
      teams.includes(one.team) && (one.state === 'approved' || one.state === 'pending')
        ? [
            {
              kind: 'exception',
              team: one.team,
              component: one.scope.component,
              title: one.guardrailTitle,
              exception: one.id,
              guardrail: one.guardrail,
              state: one.state,
              owner: one.owner,
              expiresAt: one.expiresAt,
              unneeded: one.use === 'unneeded',
              flagged: one.flag !== undefined,
            },
          ]
        : [],
    ),
    ...requests.flatMap((one): DebtItem[] =>
      teams.includes(one.owner) && one.state === 'open'
        ? [
            {
              kind: 'request',
              team: one.owner,
              title: one.title,
              request: one.id,
              answerBy: one.answerBy,
              overdue: one.overdue,
              ...(one.component === undefined ? {} : { component: one.component }),
            },
          ]
        : [],
    ),
  ];
}
