import type { Me } from '@pltf/contracts';
import { policyAnswers } from './policy-answers.ts';
import { instant, line, run, task, testId } from './scenario.ts';
import type { TestHandlers } from './table-server.ts';

/** Who the test token belongs to. */
export function me(url: string): Me {
  return {
    user: {
      name: 'ada',
      displayName: 'Ada',
      role: 'platform',
      teams: [{ team: 'everyone', role: 'developer' }],
      createdAt: instant(),
      disabled: false,
    },
    via: 'token',
    scopes: ['read', 'write', 'git'],
    developerOf: ['everyone'],
    platform: {
      organisation: 'Test',
      domain: 'localhost',
      portalUrl: url,
      routerPort: 7080,
      version: '0.1.0',
    },
  };
}

/** Answers that nothing on the test platform changes. */
export const fixedAnswers = (url: () => string): TestHandlers => ({
  ...identityAnswers(url),
  ...taskAnswers,
  ...policyAnswers,
  planComponent: ({ body }) => creationPlan(body.name),
  listGoldenPaths: () => ({ items: [goldenPath] }),
  platformHealth: () => ({ status: 'ok', version: '0.1.0', database: 'ok', agent: 'ok' }),
});

const taskAnswers: TestHandlers = {
  getRun: ({ params }) => run('users-api', { id: params.id }),
  placementLogs: async function* ({ params }) {
    yield line('listening', { instance: `${params.placement}-1` });
  },
  runLog: async function* () {
    yield line('npm test', { instance: 'test/0' });
  },
  runTask: ({ params, body }) => task(params.placement, { command: body.command ?? [] }),
  taskLog: async function* () {
    yield line('migrated');
    yield line('careful', { stream: 'err' });
  },
  getTask: ({ params }) =>
    task('users-api.prod', {
      id: params.id,
      state: 'passed',
      exitCode: 0,
      finishedAt: instant(1),
    }),
  cancelTask: () => ({}),
};

function identityAnswers(url: () => string): TestHandlers {
  const token = {
    id: testId('tok'),
    name: 'laptop',
    kind: 'personal' as const,
    user: 'ada',
    scopes: ['read' as const],
    hint: 'pltf_…89',
    createdAt: instant(),
    expiresAt: '2036-01-01T00:00:00Z',
  };
  const team = {
    name: 'everyone',
    displayName: 'Everyone',
    members: [{ user: 'ada', role: 'developer' as const }],
  };
  return {
    whoAmI: () => me(url()),
    createSignInLink: () => ({ url: `${url()}/sign-in#once`, expiresAt: instant(900) }),
    listTokens: () => ({ items: [token] }),
    createToken: ({ body }) => ({ ...token, scopes: body.scopes, token: 'pltf_new_secret' }),
    revokeToken: () => ({}),
    listUsers: () => ({ items: [me(url()).user] }),
    createUser: ({ body }) => ({
      user: { ...me(url()).user, name: body.name, role: body.role },
      url: `${url()}/sign-in#new`,
    }),
    changeUser: ({ params, body }) => ({
      ...me(url()).user,
      name: params.user,
      role: body.role ?? 'member',
      disabled: body.disabled ?? false,
    }),
    listTeams: () => ({ items: [team] }),
    createTeam: ({ body }) => ({
      name: body.name,
      displayName: body.displayName ?? body.name,
      members: [],
    }),
    setMember: ({ params, body }) => ({
      ...team,
      name: params.team,
      members: [{ user: params.user, role: body.role }],
    }),
    removeMember: ({ params }) => ({ ...team, name: params.team, members: [] }),
    listAudit: () => ({ items: [auditEntry] }),
  };
}

const goldenPath = {
  id: 'node-service',
  title: 'Node.js service',
  description: 'A service in Node.js',
  kind: 'service' as const,
  version: '1.0.0',
  maturity: 'supported' as const,
  support: 'Working days',
  owner: 'platform',
  parameters: [],
};

const auditEntry = {
  seq: 1,
  at: instant(),
  actor: 'ada',
  via: 'token' as const,
  action: 'component:create',
  target: 'users-api',
  outcome: 'done' as const,
  address: '127.0.0.1',
  requestId: 'req_1',
};

const creationPlan = (name: string) => ({
  name,
  kind: 'service' as const,
  path: goldenPath,
  owner: 'everyone',
  files: [{ path: 'server.js', bytes: 1200 }],
  pipeline: { file: '.github/workflows/ci.yml', jobs: [{ name: 'test', runsHere: true }] },
  placements: [
    {
      id: `${name}.preview`,
      environment: 'preview',
      url: `http://${name}.preview.localhost:7080`,
      size: 'small',
      memoryMiB: 256,
      instances: '1',
      comes: 'with every push',
    },
  ],
  problems: [],
});
