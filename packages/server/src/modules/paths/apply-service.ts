import { CreateComponent, type Plan, type PlanParts, PltfError } from '@pltf/contracts';
import { changedParts, isDenial } from '@pltf/plan';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { CatalogStore } from '../catalog/index.ts';
import { applySteps, type Operation } from './operation.ts';
import { operationReconciler } from './operation-reconciler.ts';
import type { OperationsStore } from './operations-store.ts';
import type { PathsService } from './paths-service.ts';

export interface ApplyServiceDependencies {
  readonly db: Db;
  readonly catalog: CatalogStore;
  readonly store: OperationsStore;
  readonly paths: Pick<PathsService, 'create'>;
  readonly organisation: () => string;
  readonly teamExists: (team: string) => Promise<boolean>;
  readonly clock: Clock;
}

export interface ApplyRequest {
  readonly text: string;
  /** The thin file that the plan was compared with. */
  readonly before: string | undefined;
  readonly digest: string;
  readonly parts?: PlanParts | undefined;
  readonly why?: string | undefined;
}

export interface ApplyService {
  /**
   * Does the plan that was shown, which is the one given or another one by now. Throws `plan-changed`, `spec-invalid`,
   * `guardrail-denied`; then nothing was done.
   */
  apply(request: ApplyRequest, plan: Plan, actor: Actor): Promise<Operation>;
}

export function applyService(dependencies: ApplyServiceDependencies): ApplyService {
  return {
    apply: async (request, plan, actor) => {
      refuse(request, plan);
      const create = plan.items.some(
        ({ action, kind }) => action === 'create' && kind === 'repository',
      );
      return create
        ? makeComponent(dependencies, request, plan, actor)
        : changeComponent(dependencies, request, plan, actor);
    },
  };
}

function refuse(request: ApplyRequest, plan: Plan): void {
  if (plan.outcome === 'invalid') {
    throw new PltfError('spec-invalid', {
      detail: 'the thin file cannot be applied as it is',
      errors: plan.problems.map(({ where, message, fix }) => ({
        where,
        message,
        ...(fix === undefined ? {} : { fix }),
      })),
    });
  }
  if (plan.digest !== request.digest) throw planChanged(request, plan);
  if (plan.outcome !== 'denied') return;
  const denials = plan.verdicts.filter(isDenial);
  throw new PltfError('guardrail-denied', {
    detail: `${plan.component} breaks ${[...new Set(denials.map(({ guardrail }) => guardrail))].join(', ')}`,
    errors: denials.map(({ where, subject, guardrail, message, title, remedy }) => ({
      where: where ?? subject,
      message: `${guardrail}: ${message ?? title}`,
      fix: remedy,
    })),
  });
}

function planChanged({ parts }: ApplyRequest, plan: Plan): PltfError {
  const changed = parts === undefined ? [] : changedParts(parts, plan.facts.parts);
  const what = changed.length === 0 ? ['the thin file that is applied'] : changed;
  return new PltfError('plan-changed', {
    detail: `since ${plan.component} was planned, this changed: ${what.join('; ')}`,
    errors: what.map((message) => ({ where: plan.component, message: `${message} changed` })),
  });
}

async function makeComponent(
  { paths, organisation, teamExists }: ApplyServiceDependencies,
  { text }: ApplyRequest,
  plan: Plan,
  actor: Actor,
): Promise<Operation> {
  const { spec } = plan;
  if (spec === undefined) throw new Error('a valid plan has a spec');
  if (!(await teamExists(spec.owner))) {
    throw new PltfError('spec-invalid', {
      detail: `there is no team ${spec.owner}`,
      fix: 'Name a team that exists: `pltf list teams`.',
      errors: [
        { where: plan.why['owner']?.where ?? 'owner', message: `there is no team ${spec.owner}` },
      ],
    });
  }
  const path = plan.placements[0]?.spec.goldenPath;
  const request = CreateComponent.parse({
    kind: spec.kind,
    name: spec.name,
    owner: spec.owner,
    description: spec.description,
    ...(path === undefined ? {} : { path: path.id }),
  });
  const facts = { owner: spec.owner, user: actor.name, organisation: organisation() };
  return paths.create(request, facts, actor, text);
}

async function changeComponent(
  dependencies: ApplyServiceDependencies,
  { text, before, why }: ApplyRequest,
  plan: Plan,
  actor: Actor,
): Promise<Operation> {
  const { db, catalog, store, clock } = dependencies;
  const nothing = plan.outcome === 'unchanged';
  const operation: Operation = {
    id: newId('op', clock.now()),
    kind: 'apply',
    subject: plan.component,
    state: nothing ? 'done' : 'running',
    request: {
      apply: { text, before, why },
      author: { name: actor.name, email: `${actor.name}@users.pltf.invalid` },
    },
    steps: nothing ? applySteps.map((step) => ({ ...step, state: 'skipped' })) : applySteps,
    receipt: nothing ? [{ what: `thin file of ${plan.component}`, outcome: 'kept' }] : [],
    links: {},
    problem: undefined,
    requestedBy: actor.name,
    startedAt: clock.now(),
    finishedAt: nothing ? clock.now() : undefined,
  };
  const made = await transact(db, async (tx) => {
    if ((await catalog.lock(tx, plan.component)) === undefined) return false;
    if (!(await store.create(tx, operation))) return false;
    tx.tell({
      type: nothing ? 'thin-file-applied' : 'thin-file-apply-started',
      actor: actor.name,
      component: plan.component,
      operation: operation.id,
      why,
      summary: nothing
        ? `${plan.component} is as its thin file says already`
        : `Applying the thin file of ${plan.component}`,
    });
    if (!nothing) tx.wake(operationReconciler, operation.id);
    return true;
  });
  if (made) return operation;
  throw new PltfError('component-busy', {
    detail: `${plan.component} is still being created or changed`,
  });
}
