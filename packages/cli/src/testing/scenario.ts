import type {
  ComponentDetail,
  ComponentSummary,
  EventView,
  LogLine,
  OperationView,
  PlacementView,
  ReleaseView,
  RolloutView,
  RunView,
  TaskView,
} from '@pltf/contracts';

/** Things of the contract's shapes with sensible values; each test names only what it is about. */
export const instant = (seconds = 0): string =>
  new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + seconds * 1000).toISOString();

let ids = 0;
/** A new id with the layout of the platform's. */
export function testId(prefix: string): string {
  ids += 1;
  return `${prefix}_${String(ids).padStart(20, '0')}`;
}

export const commit = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334';
const digest = `sha256:${'0'.repeat(64)}`;

export const traffic = {
  requests: 1234,
  errors: 0,
  failures: 0,
  slowestMs: 12.3,
  p50Ms: 1.1,
  p95Ms: 3,
  p99Ms: 5.4,
};

export const placement = (
  component: string,
  environment: string,
  more: Partial<PlacementView> = {},
): PlacementView => ({
  id: `${component}.${environment}`,
  component,
  environment,
  url: `http://${component}.${environment}.localhost:7080`,
  phase: 'running',
  asOf: instant(),
  desired: { release: 3, instances: 1, state: 'running', size: 'small' },
  serving: { number: 3, commit },
  warm: [2],
  instances: [
    {
      id: `${component}.${environment}-1`,
      release: 3,
      state: 'healthy',
      restarts: 0,
      memoryMiB: 41.5,
      startedAt: instant(),
    },
  ],
  leftovers: [],
  ...{ notes: [], drift: [], runtime: 'agent', movingFrom: [] },
  traffic,
  ...more,
});

export const release = (
  component: string,
  number: number,
  more: Partial<ReleaseView> = {},
): ReleaseView => ({
  component,
  number,
  commit,
  branch: 'main',
  subject: 'Say hello',
  author: 'ada',
  digest,
  bytes: 4096,
  createdAt: instant(),
  placedIn: [],
  kept: true,
  ...more,
});

export const run = (component: string, more: Partial<RunView> = {}): RunView => ({
  id: testId('run'),
  component,
  number: 4,
  branch: 'main',
  commit,
  subject: 'Say hello',
  by: 'ada',
  state: 'passed',
  jobs: [
    {
      id: 'test',
      name: 'test',
      state: 'passed',
      durationMs: 900,
      steps: [{ name: 'npm test', state: 'passed', durationMs: 800 }],
    },
  ],
  notes: [],
  failing: [],
  release: 3,
  createdAt: instant(),
  startedAt: instant(),
  finishedAt: instant(1),
  ...more,
});

export const component = (name: string, more: Partial<ComponentDetail> = {}): ComponentDetail => ({
  name,
  kind: 'service',
  owner: 'everyone',
  description: 'Answers',
  path: 'node-service@1.0.0',
  state: 'ready',
  wellness: 'healthy',
  placements: [placement(name, 'preview'), placement(name, 'staging'), placement(name, 'prod')],
  createdAt: instant(),
  changedAt: instant(),
  repository: {
    cloneUrl: `http://127.0.0.1:7070/git/${name}.git`,
    defaultBranch: 'main',
    branches: [{ name: 'main', commit, at: instant() }],
  },
  releases: [release(name, 3), release(name, 2)],
  runs: [run(name)],
  pageUrl: `http://127.0.0.1:7070/components/${name}`,
  ...more,
});

/** The row of the catalogue for a component. */
export function summary(detail: ComponentDetail): ComponentSummary {
  const { name, kind, owner, description, path, state, wellness, createdAt, changedAt } = detail;
  const placements = detail.placements.map(({ id, environment, url, phase, serving }) => ({
    id,
    environment,
    phase,
    ...(url === undefined ? {} : { url }),
    ...(serving === undefined ? {} : { release: serving.number }),
  }));
  return {
    name,
    kind,
    owner,
    description,
    state,
    wellness,
    createdAt,
    changedAt,
    placements,
    ...(path === undefined ? {} : { path }),
  };
}

export const operation = (subject: string, more: Partial<OperationView> = {}): OperationView => ({
  id: testId('op'),
  kind: 'create',
  subject,
  state: 'running',
  steps: [
    { id: 'repository', title: 'Repository with its first commit', state: 'waiting' },
    { id: 'pipeline', title: 'Pipeline', state: 'waiting' },
    { id: 'review-app', title: 'Review app', state: 'waiting' },
  ],
  receipt: [],
  links: {},
  requestedBy: 'ada',
  startedAt: instant(),
  ...more,
});

export const rollout = (placementId: string, more: Partial<RolloutView> = {}): RolloutView => {
  const [label = '', environment = ''] = placementId.split('.');
  return {
    id: testId('ro'),
    placement: placementId,
    component: label,
    environment,
    kind: 'deploy',
    state: 'running',
    step: 'starting',
    from: 2,
    to: 3,
    requestedBy: 'ada',
    startedAt: instant(),
    ...more,
  };
};

export const task = (placementId: string, more: Partial<TaskView> = {}): TaskView => ({
  id: testId('task'),
  placement: placementId,
  command: ['node', 'migrate.js'],
  state: 'running',
  requestedBy: 'ada',
  startedAt: instant(),
  ...more,
});

export const line = (text: string, more: Partial<LogLine> = {}): LogLine => ({
  at: instant(),
  instance: 'users-api.prod-1',
  stream: 'out',
  text,
  ...more,
});

export const event = (seq: number, more: Partial<EventView> = {}): EventView => ({
  seq,
  at: instant(seq),
  type: 'placement-changed',
  actor: 'ada',
  summary: `something happened (${seq})`,
  data: {},
  ...more,
});
