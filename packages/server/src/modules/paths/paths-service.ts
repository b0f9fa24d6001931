import { type CreateComponent, PltfError } from '@pltf/contracts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import { type Db, type Tx, transact } from '../../persistence/transaction.ts';
import type { CatalogQueries, CatalogStore } from '../catalog/index.ts';
import type { DeliveryQueries } from '../delivery/index.ts';
import type { RuntimeQueries } from '../runtime/index.ts';
import { type CreationGate, refuseCreation } from './creation-gate.ts';
import { firstFiles } from './first-files.ts';
import { createSteps, deleteSteps, type Operation } from './operation.ts';
import { operationReconciler } from './operation-reconciler.ts';
import type { OperationsQueries, OperationsStore } from './operations-store.ts';
import type { Scaffolder, ScaffoldFacts } from './scaffold.ts';

export interface PathsServiceDependencies {
  readonly db: Db;
  readonly catalog: CatalogStore;
  readonly catalogQueries: CatalogQueries;
  readonly runtime: RuntimeQueries;
  readonly delivery: DeliveryQueries;
  readonly store: OperationsStore;
  readonly queries: OperationsQueries;
  readonly scaffolder: Scaffolder;
  readonly clock: Clock;
  readonly gate: CreationGate;
}

export interface PathsService {
  /** With a thin file, that one takes the place of the golden path's. */
  create(
    request: CreateComponent,
    facts: ScaffoldFacts,
    actor: Actor,
    thinFile?: string,
  ): Promise<Operation>;
  delete(component: string, actor: Actor, why: string | undefined): Promise<Operation>;
  /** Has the unfinished operations on a component look again; called when something of it changed. */
  wake(tx: Tx, component: string): Promise<void>;
}

export function pathsService(dependencies: PathsServiceDependencies): PathsService {
  const { store } = dependencies;
  return {
    create: (create, facts, actor, thinFile) =>
      createComponent(dependencies, { create, thinFile }, facts, actor),
    delete: (component, actor, why) => remove(dependencies, component, actor, why),
    wake: async (tx, component) => {
      for (const id of await store.unfinishedOf(tx, component)) tx.wake(operationReconciler, id);
    },
  };
}

async function createComponent(
  dependencies: PathsServiceDependencies,
  asked: { readonly create: CreateComponent; readonly thinFile: string | undefined },
  facts: ScaffoldFacts,
  actor: Actor,
): Promise<Operation> {
  const { db, catalog, catalogQueries, store, scaffolder, clock } = dependencies;
  // Rendered once before anything is taken, so that bad input is refused with nothing to undo.
  const { create: request, thinFile } = asked;
  const { path, source, files } = await firstFiles(scaffolder, asked, facts);
  refuseCreation(request.name, await dependencies.gate(request.name, facts.owner, files));
  const operation: Operation = {
    id: newId('op', clock.now()),
    kind: 'create',
    subject: request.name,
    state: 'running',
    request: {
      create: request,
      ...(thinFile === undefined ? {} : { thinFile }),
      author: { name: actor.name, email: `${actor.name}@users.pltf.invalid` },
    },
    steps: createSteps,
    receipt: [],
    links: {},
    problem: undefined,
    requestedBy: actor.name,
    startedAt: clock.now(),
    finishedAt: undefined,
  };
  const made = await transact(db, async (tx) => {
    const { name, kind } = request;
    const description = request.description ?? '';
    const component = {
      name,
      kind,
      owner: facts.owner,
      description,
      path,
      createdBy: actor.name,
    };
    if (!(await catalog.reserve(tx, component))) return false;
    if (!(await store.create(tx, operation))) return false;
    tx.tell({
      type: 'component-creation-started',
      actor: actor.name,
      component: name,
      operation: operation.id,
      summary: `Creating ${name} from ${source}`,
    });
    tx.wake(operationReconciler, operation.id);
    return true;
  });
  if (!made) throw nameTaken(request.name, (await catalogQueries.find(request.name))?.owner);
  return operation;
}

const nameTaken = (name: string, owner: string | undefined): PltfError =>
  new PltfError('name-taken', {
    detail: owner === undefined ? `${name} is being deleted` : `${name} belongs to team ${owner}`,
    fix:
      owner === undefined
        ? 'Wait until it is gone, or choose another name.'
        : 'Choose another name.',
  });

async function remove(
  dependencies: PathsServiceDependencies,
  name: string,
  actor: Actor,
  why: string | undefined,
): Promise<Operation> {
  const { db, catalog, store, clock, queries } = dependencies;
  const operation: Operation = {
    id: newId('op', clock.now()),
    kind: 'delete',
    subject: name,
    state: 'running',
    request: { delete: name, why },
    steps: deleteSteps,
    receipt: (await inventory(dependencies, name)).map((what) => ({
      what,
      outcome: 'kept' as const,
    })),
    links: {},
    problem: undefined,
    requestedBy: actor.name,
    startedAt: clock.now(),
    finishedAt: undefined,
  };
  const made = await transact(db, async (tx) => {
    if ((await catalog.lock(tx, name)) === undefined) return false;
    if (!(await store.create(tx, operation))) return false;
    await catalog.setState(tx, name, 'deleting');
    tx.tell({
      type: 'component-deletion-started',
      actor: actor.name,
      component: name,
      operation: operation.id,
      why,
      summary: `Deleting ${name}`,
    });
    tx.wake(operationReconciler, operation.id);
    return true;
  });
  if (made) return operation;
  const other = await queries.latestOf(name);
  // Deleting what is being deleted already is the same wish: its operation is the answer.
  if (other?.kind === 'delete' && other.finishedAt === undefined) return other;
  throw new PltfError('component-busy', {
    detail: `${name} is still being ${other?.kind === 'create' ? 'created' : 'changed'}`,
  });
}

/** Everything that goes with a component, named as a person knows it. */
async function inventory(
  { runtime, delivery }: PathsServiceDependencies,
  name: string,
): Promise<readonly string[]> {
  const [placements, releases] = await Promise.all([
    runtime.placementsOf([name]),
    delivery.releases(name, { limit: 10_000 }),
  ]);
  return [
    ...placements.map(({ id, hosts }) =>
      hosts[0] === undefined ? `placement ${id}` : `placement ${id} at ${hosts[0]}`,
    ),
    ...(releases.length === 0
      ? []
      : [`${releases.length} release${releases.length === 1 ? '' : 's'}`]),
    `repository ${name}`,
    `catalogue entry ${name}`,
  ];
}
