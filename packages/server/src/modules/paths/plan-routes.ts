import { type Plan, PltfError, type PrivacyRecord, type Spec } from '@pltf/contracts';
import { ownText, planComponent, privacyMap, privacyRecord, readThinFileOrScore } from '@pltf/plan';
import type { HandlersOf, RequestContext } from '../../kernel/request.ts';
import type { Component } from '../catalog/index.ts';
import type { ApplyService } from './apply-service.ts';
import { operationView } from './operation-view.ts';
import { factsFor, factsToKeep, type PlanningFactsDependencies } from './planning-facts.ts';

export interface PlanRoutesDependencies {
  readonly planning: PlanningFactsDependencies;
  readonly apply: ApplyService;
  /** The team that gets what names none. */
  readonly ownerFor: (context: RequestContext) => string;
}

type Names =
  | 'componentPlan'
  | 'planThinFile'
  | 'platformFacts'
  | 'applyThinFile'
  | 'privacyRecord'
  | 'privacyMap';

interface Text {
  readonly text: string;
  readonly fileName: string;
}

const mostComponents = 50;

/** HTTP to domain for plans of thin files: made, kept for later, and applied. */
export function planRoutes(dependencies: PlanRoutesDependencies): HandlersOf<Names> {
  const { planning, apply, ownerFor } = dependencies;
  return {
    planThinFile: async ({ body }, context) => {
      context.authorize({});
      return (await planOf(planning, body, ownerFor(context))).plan;
    },
    componentPlan: async ({ params }, context) => {
      const component = await planning.catalog.get(params.component);
      context.authorize({ team: component.owner, what: params.component });
      return (await standingPlan(planning, component)).plan;
    },
    platformFacts: async ({ query }, context) => {
      context.authorize({});
      const asked = [...new Set((query.components ?? '').split(',').filter(Boolean))];
      const found = await Promise.all(
        asked.slice(0, mostComponents).map((name) => planning.catalog.find(name)),
      );
      const readable = found.filter(
        (one): one is Component => one !== undefined && mayRead(context, one),
      );
      return (await factsToKeep(planning, readable)).facts;
    },
    privacyRecord: async ({ params }, context) => {
      const component = await planning.catalog.get(params.component);
      context.authorize({ team: component.owner, what: params.component });
      return recordOf(planning, component);
    },
    privacyMap: async (_, context) => {
      context.authorize({});
      return privacyMap(await allSpecs(planning), planning.clock.now());
    },
    applyThinFile: async ({ body }, context) => {
      const name = nameIn(body);
      const component = name === undefined ? undefined : await planning.catalog.find(name);
      const owner = component?.owner ?? teamIn(body) ?? ownerFor(context);
      context.authorize({ team: owner, what: name ?? body.fileName });
      const { plan, before } = await planOf(planning, body, owner);
      return operationView(
        await apply.apply({ ...body, text: ownText(body.text), before }, plan, context.actor),
      );
    },
  };
}

async function planOf(
  planning: PlanningFactsDependencies,
  { text, fileName }: Text,
  owner: string,
): Promise<{ readonly plan: Plan; readonly before: string | undefined }> {
  const { facts, judge } = await factsFor(planning, nameIn({ text, fileName }));
  const now = planning.clock.now();
  const plan = planComponent({ text, fileName, facts, judge, owner, now });
  return { plan, before: facts.components[plan.component]?.thinFile };
}

/** Of the thin file that was applied last, by the rules of now. */
async function standingPlan(
  planning: PlanningFactsDependencies,
  { name, owner }: Component,
): Promise<{ readonly plan: Plan; readonly organisation: string; readonly now: Date }> {
  const { facts, judge } = await factsFor(planning, name);
  const now = planning.clock.now();
  const text = facts.components[name]?.thinFile ?? '';
  const plan = planComponent({ text, fileName: 'pltf.yaml', facts, judge, owner, now });
  return { plan, organisation: facts.platform.organisation, now };
}

async function recordOf(
  planning: PlanningFactsDependencies,
  component: Component,
): Promise<PrivacyRecord> {
  const { name } = component;
  const { plan, organisation, now } = await standingPlan(planning, component);
  const specs = await allSpecs(planning);
  const record = privacyRecord({ plan, specs, organisation, asOf: now });
  if (record !== undefined) return record;
  throw new PltfError('spec-invalid', {
    detail: `the thin file of ${name} on its default branch is not valid`,
    errors: plan.problems.map(({ where, message }) => ({ where, message })),
  });
}

const mostSpecs = 50_000;

/** The owner is the catalogue's to say, whatever a thin file of before named. */
async function allSpecs({ catalog }: PlanningFactsDependencies): Promise<readonly Spec[]> {
  const components = await catalog.list({ limit: mostSpecs });
  return components.flatMap(({ spec, owner }) => (spec === undefined ? [] : [{ ...spec, owner }]));
}

function nameIn({ text, fileName }: Text): string | undefined {
  const [read] = readThinFileOrScore(text, fileName);
  return read?.ok === true ? read.file.name : undefined;
}

function teamIn({ text, fileName }: Text): string | undefined {
  const [read] = readThinFileOrScore(text, fileName);
  return read?.ok === true ? read.file.owner : undefined;
}

/** What a repository holds is its team's; who may not read it learns that the name is taken, and no more. */
function mayRead(context: RequestContext, { owner }: Component): boolean {
  try {
    context.authorize({ team: owner }, 'repository:read');
    return true;
  } catch (error) {
    if (error instanceof PltfError) return false;
    throw error;
  }
}
