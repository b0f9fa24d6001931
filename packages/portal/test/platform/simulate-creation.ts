import type { ComponentDetail, CreateComponent, OperationView } from '@pltf/contracts';
import { newId, tell, type World } from './world.ts';

const now = (): string => new Date().toISOString();
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const titles = [
  ['files', 'Files from the golden path'],
  ['repository', 'Repository'],
  ['pipeline', 'Pipeline'],
  ['review-app', 'Review app'],
] as const;

/** Starts a creation that goes on by itself; one of the name `settings.failing` fails and is undone. */
export function startCreation(
  world: World,
  request: CreateComponent,
  actor: string,
): OperationView {
  const operation: OperationView = {
    id: newId('op'),
    kind: 'create',
    subject: request.name,
    state: 'running',
    steps: titles.map(([id, title]) => ({ id, title, state: 'waiting' })),
    receipt: [],
    links: {},
    requestedBy: actor,
    startedAt: now(),
  };
  world.operations.set(operation.id, operation);
  world.components.set(request.name, componentOf(request, operation));
  tell(world, {
    type: 'component-creation-started',
    actor,
    component: request.name,
    operation: operation.id,
    summary: `Creating ${request.name}`,
  });
  void create(world, request, operation);
  return operation;
}

function componentOf(request: CreateComponent, operation: OperationView): ComponentDetail {
  const { name, kind, owner = 'team-identity', description = '' } = request;
  return {
    name,
    kind,
    owner,
    description,
    path: `${request.path}@1`,
    state: 'creating',
    wellness: 'none',
    placements: [],
    releases: [],
    runs: [],
    createdAt: now(),
    changedAt: now(),
    operation,
    pageUrl: '',
  };
}

async function create(world: World, request: CreateComponent, first: OperationView): Promise<void> {
  let operation = first;
  const put = (change: Partial<OperationView>, summary: string): void => {
    operation = { ...operation, ...change };
    world.operations.set(operation.id, operation);
    const component = world.components.get(request.name);
    if (component !== undefined) world.components.set(request.name, { ...component, operation });
    tell(world, {
      type: 'operation-progressed',
      actor: operation.requestedBy,
      component: request.name,
      operation: operation.id,
      summary,
    });
  };
  const step = (
    id: string,
    change: Partial<OperationView['steps'][number]>,
  ): OperationView['steps'] =>
    operation.steps.map((one) => (one.id === id ? { ...one, ...change } : one));
  for (const [id, title] of titles) {
    put({ steps: step(id, { state: 'running', startedAt: now() }) }, title);
    await wait(world.settings.stepMs);
    if (request.name === world.settings.failing && id === 'pipeline') {
      await undo(world, put, step, () => operation);
      return;
    }
    const detail = {
      files: '19 files from node-service 1.4.0',
      repository: `http://127.0.0.1:7070/git/${request.name}.git`,
      pipeline: '#1 passed',
      'review-app': `http://${request.name}.preview.localhost:7080`,
    }[id];
    put({ steps: step(id, { state: 'done', finishedAt: now(), detail }) }, `${title}: done`);
  }
  const links = {
    clone: `http://127.0.0.1:7070/git/${request.name}.git`,
    page: `/components/${request.name}`,
    preview: `http://${request.name}.preview.localhost:7080`,
  };
  put(
    {
      state: 'done',
      links,
      finishedAt: now(),
      receipt: [{ what: `repository ${links.clone}`, outcome: 'made' }],
    },
    `${request.name} is ready`,
  );
  const component = world.components.get(request.name);
  if (component !== undefined)
    world.components.set(request.name, { ...component, state: 'ready', wellness: 'healthy' });
  tell(world, {
    type: 'component-created',
    actor: operation.requestedBy,
    component: request.name,
    operation: operation.id,
    summary: `Created ${request.name}`,
  });
}

async function undo(
  world: World,
  put: (change: Partial<OperationView>, summary: string) => void,
  step: (id: string, change: Partial<OperationView['steps'][number]>) => OperationView['steps'],
  current: () => OperationView,
): Promise<void> {
  const problem = {
    code: 'pipeline-failed',
    detail:
      'pipeline #1 failed: npm test test/server.test.js:12:3\n✖ answers hello\n  expected 200, got 500',
    fix: 'The golden path does not pass its own test with these parameters; tell its owner, or choose other parameters.',
  };
  put(
    {
      state: 'undoing',
      problem,
      steps: step('pipeline', { state: 'failed', finishedAt: now(), detail: 'npm test failed' }),
    },
    'Undoing',
  );
  await wait(world.settings.stepMs);
  const steps = current().steps.map((one) =>
    one.state === 'done'
      ? { ...one, state: 'undone' as const }
      : one.state === 'waiting'
        ? { ...one, state: 'skipped' as const }
        : one,
  );
  const { subject, requestedBy, id } = current();
  world.components.delete(subject);
  put(
    {
      state: 'undone',
      steps,
      finishedAt: now(),
      receipt: [
        `files of ${subject}`,
        `repository ${subject}.git`,
        `catalogue entry ${subject}`,
      ].map((what) => ({ what, outcome: 'undone' })),
    },
    'Undone',
  );
  tell(world, {
    type: 'component-creation-undone',
    actor: requestedBy,
    operation: id,
    component: subject,
    summary: `${subject} was not created; nothing is left of it`,
  });
}
