import { type Plan, PltfError } from '@pltf/contracts';
import { ownText, planComponent, readThinFileOrScore } from '@pltf/plan';
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

type Names = 'planThinFile' | 'platformFacts' | 'applyThinFile';

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
