import { type DriftedField, type DriftView, PltfError } from '@pltf/contracts';
import { ownText, planComponent } from '@pltf/plan';
import type { HandlersOf, RequestContext } from '../../kernel/request.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import { type CatalogQueries, type Component, defaultBranch } from '../catalog/index.ts';
import {
  type ApplyService,
  factsFor,
  operationView,
  type PlanningFactsDependencies,
} from '../paths/index.ts';
import {
  authorized,
  type Placement,
  type RuntimeQueries,
  type Runtimes,
  wakePlacements,
} from '../runtime/index.ts';
import type { DriftHistory } from './drift-history.ts';
import {
  adoptable,
  adoptedText,
  explained,
  matches,
  type Standing,
  suggestionFor,
} from './drift-rules.ts';

export interface DriftRoutesDependencies {
  readonly db: Db;
  readonly catalog: CatalogQueries;
  readonly queries: RuntimeQueries;
  readonly runtimes: Pick<Runtimes, 'of'>;
  readonly planning: PlanningFactsDependencies;
  readonly apply: ApplyService;
  readonly history: DriftHistory;
}

type Names = 'listDrift' | 'getDrift' | 'revertDrift' | 'adoptDrift';

const remembered = 90 * 86_400_000;

/** HTTP to domain for drift: looked up, taken back, or written into the thin file. */
export function driftRoutes(dependencies: DriftRoutesDependencies): HandlersOf<Names> {
  return {
    listDrift: async (_, context) => {
      context.authorize({});
      const found = await dependencies.history.now();
      return {
        items: found.map(({ placement, asOf, drift }) => ({
          ...{ placement, drift: [...drift] },
          asOf: asOf.toISOString(),
        })),
      };
    },
    getDrift: async ({ params }, context) => {
      const { placement, component } = await authorized(dependencies, params.placement, context);
      const drift = await look(dependencies, placement, context);
      return driftView(dependencies, placement, component, drift);
    },
    revertDrift: async ({ params, body }, context) => {
      const { placement } = await authorized(dependencies, params.placement, context);
      return { reverted: [...(await revert(dependencies, placement, body, context))] };
    },
    adoptDrift: async ({ params, body }, context) => {
      const { placement, component } = await authorized(dependencies, params.placement, context);
      const drift = await look(dependencies, placement, context);
      const standing = await standingOf(dependencies, placement, component);
      const chosen = adoptable(drift, standing).filter((field) => matches(field, body));
      const text = textFor(placement, standing, chosen);
      const { facts, judge } = await factsFor(dependencies.planning, component.name);
      const now = dependencies.planning.clock.now();
      const { owner } = component;
      const plan = planComponent({ text, fileName: 'pltf.yaml', facts, judge, owner, now });
      const request = {
        ...{ text: ownText(text), before: standing.thinFile, digest: plan.digest },
        why: body.why ?? `Keep ${chosen.map(({ field }) => field).join(', ')} of ${placement.id}`,
      };
      return operationView(await dependencies.apply.apply(request, plan, context.actor));
    },
  };
}

async function look(
  { runtimes }: DriftRoutesDependencies,
  placement: Placement,
  { signal }: RequestContext,
): Promise<readonly DriftedField[]> {
  const driver = await runtimes.of(placement);
  return driver.drift === undefined ? [] : driver.drift(placement.id, signal);
}

async function standingOf(
  { planning }: DriftRoutesDependencies,
  { id, environment }: Placement,
  { name, owner }: Component,
): Promise<Standing> {
  const { facts, judge } = await factsFor(planning, name);
  const thinFile = facts.components[name]?.thinFile;
  const plan = planComponent({
    ...{ text: thinFile ?? '', fileName: 'pltf.yaml', facts, judge, owner },
    now: planning.clock.now(),
  });
  return { id, component: name, environment, plan, platform: facts.platform, thinFile };
}

async function driftView(
  dependencies: DriftRoutesDependencies,
  placement: Placement,
  component: Component,
  drift: readonly DriftedField[],
): Promise<DriftView> {
  const { clock } = dependencies.planning;
  const view = { placement: placement.id, asOf: clock.now().toISOString() };
  if (drift.length === 0) return { ...view, items: [] };
  const since = new Date(clock.now().getTime() - remembered);
  const times = await dependencies.history.since(placement.id, since);
  const standing = await standingOf(dependencies, placement, component);
  const items = adoptable(drift, standing).map((field) => {
    const found = Math.max(1, times.get(`${field.object} ${field.field}`) ?? 0);
    const suggestion = suggestionFor(field, found, placement.id);
    const text = field.adopt && adoptedText(standing, [field.adopt]);
    return {
      ...field,
      ...explained(field, standing),
      times: found,
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(text !== undefined && text === standing.thinFile ? { adopted: true } : {}),
    };
  });
  return { ...view, items };
}

async function revert(
  { db, runtimes }: DriftRoutesDependencies,
  placement: Placement,
  {
    why,
    object,
    field,
  }: { why?: string | undefined; object?: string | undefined; field?: string | undefined },
  { actor, signal }: RequestContext,
): Promise<readonly DriftedField[]> {
  const driver = await runtimes.of(placement);
  const reverted =
    (await driver.revert?.(placement.id, { object, field, by: actor.name, why }, signal)) ?? [];
  if (reverted.length === 0) return reverted;
  const fields = reverted.map((one) => `${one.field} of ${one.object}`).join(', ');
  await transact(db, async (tx) => {
    tx.tell({
      ...{ type: 'drift-reverted', actor: actor.name, component: placement.component },
      ...{ placement: placement.id, environment: placement.environment, why },
      summary: `Took back ${fields.slice(0, 400)}`,
      data: { drift: reverted },
    });
    return Promise.resolve();
  });
  await wakePlacements(db, [placement.id]);
  return reverted;
}

/** The thin file as it is to be. Throws when nothing drifted, or the file cannot say it. */
function textFor(
  { id, branch }: Placement,
  standing: Standing,
  chosen: readonly DriftedField[],
): string {
  if (chosen.length === 0)
    throw new PltfError('not-found', {
      detail: `nothing that was asked for has drifted in ${id}`,
      fix: `\`pltf drift ${id}\` shows what has.`,
    });
  const adoptions = chosen.flatMap(({ adopt }) => (adopt === undefined ? [] : [adopt]));
  const where = branch === undefined || branch === defaultBranch;
  const text = where && adoptions.length > 0 ? adoptedText(standing, adoptions) : undefined;
  if (text !== undefined) return text;
  const named = chosen.map(({ object, field }) => `${field} of ${object}`).join(', ');
  throw new PltfError('drift-not-adoptable', {
    detail: where
      ? `the thin file cannot say ${named.slice(0, 400)}`
      : `${id} is the preview of the branch ${branch}, whose thin file is its own`,
    ...(where ? {} : { fix: `Change the thin file of the branch ${branch} and push it.` }),
  });
}
