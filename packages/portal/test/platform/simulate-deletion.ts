import type { ComponentDetail, OperationView } from '@pltf/contracts';
import { newId, tell, type World } from './world.ts';

const now = (): string => new Date().toISOString();
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a deletion that goes on by itself. */
export function startDeletion(
  world: World,
  component: ComponentDetail,
  actor: string,
  why: string | undefined,
): OperationView {
  const steps = [
    ['instances', 'Instances'],
    ['releases', 'Releases'],
    ['repository', 'Repository'],
  ] as const;
  const operation: OperationView = {
    id: newId('op'),
    kind: 'delete',
    subject: component.name,
    state: 'running',
    steps: steps.map(([id, title]) => ({ id, title, state: 'waiting' })),
    receipt: [],
    links: {},
    requestedBy: actor,
    startedAt: now(),
  };
  world.operations.set(operation.id, operation);
  world.components.set(component.name, { ...component, state: 'deleting', operation });
  tell(world, {
    type: 'component-deletion-started',
    actor,
    component: component.name,
    operation: operation.id,
    summary: `Deleting ${component.name}`,
    ...(why === undefined ? {} : { why }),
  });
  void (async () => {
    for (const [index] of steps.entries()) {
      await wait(world.settings.stepMs);
      const held = world.operations.get(operation.id) ?? operation;
      world.operations.set(operation.id, {
        ...held,
        steps: held.steps.map((one, at) =>
          at === index ? { ...one, state: 'done', startedAt: now(), finishedAt: now() } : one,
        ),
      });
      tell(world, {
        type: 'operation-progressed',
        actor,
        component: component.name,
        operation: operation.id,
        summary: 'Deleting',
      });
    }
    const held = world.operations.get(operation.id) ?? operation;
    world.components.delete(component.name);
    world.operations.set(operation.id, {
      ...held,
      state: 'done',
      finishedAt: now(),
      receipt: component.placements.map(({ id }) => ({ what: id, outcome: 'gone' as const })),
    });
    tell(world, {
      type: 'component-deleted',
      actor,
      component: component.name,
      operation: operation.id,
      summary: `Deleted ${component.name}`,
    });
  })();
  return operation;
}
