import { PltfError } from '@pltf/contracts';
import { nearest } from '@pltf/plan';
import type { Clock } from '../../kernel/clock.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { HandlersOf, RequestContext } from '../../kernel/request.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { CatalogQueries, Component } from '../catalog/index.ts';
import type { FindBreaking } from './breaking.ts';
import type { ExceptionQueries } from './exception-queries.ts';
import type { ExceptionService } from './exception-service.ts';
import {
  type ExceptionViewContext,
  exceptionView,
  exceptionViews,
  revokers,
} from './exception-views.ts';
import type { GuardrailSource } from './guardrail-set.ts';

export interface ExceptionRoutesDependencies {
  readonly db: Db;
  readonly catalog: CatalogQueries;
  readonly platform: Pick<PlatformSource, 'current'>;
  readonly guardrails: GuardrailSource;
  readonly exceptions: ExceptionQueries;
  readonly service: ExceptionService;
  readonly breaking: FindBreaking;
  readonly clock: Clock;
}

type Reads = 'listExceptions' | 'getException';
type Decisions = 'approveException' | 'rejectException' | 'revokeException' | 'withdrawException';

/** HTTP to domain for exceptions. */
export const exceptionRoutes = (
  dependencies: ExceptionRoutesDependencies,
): HandlersOf<Reads | 'requestException' | Decisions> => ({
  ...reads(dependencies),
  requestException: async ({ body }, context) => {
    const component = await ownerOf(dependencies, body.scope.component, context);
    refuseUnknown(dependencies, body.guardrail, body.scope.environment);
    const scope = {
      guardrail: body.guardrail,
      component: component.name,
      environment: body.scope.environment,
    };
    const breaking = await dependencies.breaking(scope);
    const wish = {
      ...scope,
      team: component.owner,
      owner: body.owner ?? context.actor.name,
      reason: body.reason,
      compensatingControl: body.compensatingControl,
      ticket: body.ticket,
      expiresAt: new Date(body.expiresAt),
    };
    const { db, service } = dependencies;
    const id = await transact(db, (tx) => service.request(tx, wish, breaking, context.actor));
    return view(dependencies, id, context);
  },
  ...decisions(dependencies),
});

const contextOf = (
  { guardrails, platform, clock }: ExceptionRoutesDependencies,
  { actor }: RequestContext,
): ExceptionViewContext => ({
  guardrails: guardrails.current(),
  platform: platform.current(),
  actor,
  now: clock.now(),
});

async function view(
  dependencies: ExceptionRoutesDependencies,
  id: string,
  context: RequestContext,
) {
  const exception = await dependencies.exceptions.get(id);
  const breaking = await dependencies.breaking(exception);
  return exceptionView(exception, breaking, contextOf(dependencies, context));
}

function reads(dependencies: ExceptionRoutesDependencies): HandlersOf<Reads> {
  const { exceptions, breaking } = dependencies;
  return {
    listExceptions: async ({ query }, context) => {
      context.authorize({});
      const { component, team, guardrail, state, cursor, limit } = query;
      const found = await exceptions.list({
        ...{ component, team, guardrail, limit },
        states: state === undefined ? undefined : [state],
        before: cursor,
      });
      const last = found.length === limit ? found.at(-1) : undefined;
      return {
        items: await exceptionViews(found, breaking, contextOf(dependencies, context)),
        ...(last === undefined ? {} : { next: last.id }),
      };
    },
    getException: ({ params }, context) => {
      context.authorize({ what: params.id });
      return view(dependencies, params.id, context);
    },
  };
}

async function ownerOf(
  { catalog }: ExceptionRoutesDependencies,
  name: string,
  context: RequestContext,
): Promise<Component> {
  const component = await catalog.find(name);
  context.authorize({ ...(component === undefined ? {} : { team: component.owner }), what: name });
  return component ?? catalog.get(name);
}

function refuseUnknown(
  { guardrails, platform }: ExceptionRoutesDependencies,
  guardrail: string,
  environment: string | undefined,
): void {
  const names = guardrails.current().inForce.map(({ metadata }) => metadata.name);
  if (!names.includes(guardrail)) throw unknown('guardrail', guardrail, names);
  const environments = platform.current().environments.map(({ name }) => name);
  if (environment !== undefined && !environments.includes(environment))
    throw unknown('environment', environment, environments);
}

function unknown(what: string, name: string, names: readonly string[]): PltfError {
  const meant = nearest(name, names);
  return new PltfError('not-found', {
    detail: `there is no ${what} ${name} in force`,
    fix: meant === undefined ? `There is: ${names.join(', ')}.` : `Did you mean ${meant}?`,
  });
}

function decisions(dependencies: ExceptionRoutesDependencies): HandlersOf<Decisions> {
  const { db, platform, exceptions, service, breaking } = dependencies;
  return {
    approveException: async ({ params: { id }, body }, context) => {
      context.authorize({ teams: platform.current().exceptions.approvers, what: id });
      const { reason, seen, owner } = body;
      const approval = { reason, seen, owner, breaking: await breaking(await exceptions.get(id)) };
      await transact(db, (tx) => service.approve(tx, id, approval, context.actor));
      return view(dependencies, id, context);
    },
    rejectException: async ({ params: { id }, body }, context) => {
      context.authorize({ teams: platform.current().exceptions.approvers, what: id });
      await transact(db, (tx) => service.reject(tx, id, body.reason, context.actor));
      return view(dependencies, id, context);
    },
    revokeException: async ({ params: { id }, body }, context) => {
      const { team } = await exceptions.get(id);
      context.authorize({ teams: revokers(platform.current(), team), what: id });
      await transact(db, (tx) => service.revoke(tx, id, body.reason, context.actor));
      return view(dependencies, id, context);
    },
    withdrawException: async ({ params: { id }, body }, context) => {
      const { team } = await exceptions.get(id);
      context.authorize({ team, what: id });
      await transact(db, (tx) => service.withdraw(tx, id, body.reason, context.actor));
      return view(dependencies, id, context);
    },
  };
}
