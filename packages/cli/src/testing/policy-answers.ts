import type { ExceptionView, GuardrailResult, GuardrailView, RequestView } from '@pltf/contracts';
import { instant, testId } from './scenario.ts';
import type { TestHandlers } from './table-server.ts';

const audit = { asOf: instant(), behind: false, placements: 3 };

const guardrail: GuardrailView = {
  id: 'allowed-regions',
  title: 'Runs only where we have a contract',
  why: 'A provider outside has no agreement with us.',
  severity: 'high',
  owner: 'everyone',
  controls: ['ISO 27001 A.5.19'],
  source: 'shipped',
  mode: 'enforce',
  effective: 'enforce',
  remedy: 'Write region=eu.',
  effect: { looked: 3, warn: 0, deny: 1, excepted: 1, error: 0 },
  history: [{ day: '2026-01-01', looked: 3, warn: 0, deny: 1, excepted: 1, error: 0 }],
};

const result: GuardrailResult = {
  placement: 'users-api.prod',
  component: 'users-api',
  environment: 'prod',
  team: 'everyone',
  since: instant(),
  verdict: {
    guardrail: 'allowed-regions',
    title: guardrail.title,
    severity: 'high',
    mode: 'enforce',
    state: 'deny',
    subject: 'users-api.prod',
    environment: 'prod',
    message: 'mars is not one of eu',
    why: guardrail.why,
    remedy: guardrail.remedy,
    digest: 'sha256:1',
  },
};

const document = {
  apiVersion: 'pltf.dev/v1' as const,
  kind: 'Guardrail' as const,
  metadata: { name: guardrail.id },
  spec: {
    title: guardrail.title,
    why: guardrail.why,
    severity: guardrail.severity,
    owner: guardrail.owner,
    mode: 'enforce' as const,
    match: { resources: [{ group: 'pltf.dev', resource: 'placements' }] },
    validations: [{ expression: "object.spec.region == 'eu'", message: 'not in eu' }],
    remedy: { text: guardrail.remedy },
    cases: [
      { name: 'eu', object: {}, verdict: 'pass' as const },
      { name: 'mars', object: {}, verdict: 'fail' as const },
    ],
  },
};

/** An exception as the platform shows it. */
export const exception = (more: Partial<ExceptionView> = {}): ExceptionView => ({
  id: testId('exc'),
  guardrail: guardrail.id,
  guardrailTitle: guardrail.title,
  severity: 'high',
  scope: { component: 'users-api', environment: 'prod' },
  state: 'pending',
  owner: 'ada',
  team: 'everyone',
  requester: 'bob',
  reason: 'our provider opens in spring',
  compensatingControl: 'no customer data goes there',
  requestedAt: instant(),
  expiresAt: '2036-01-01T00:00:00Z',
  covers: {},
  exempts: [
    {
      placement: 'users-api.prod',
      environment: 'prod',
      found: 'placed',
      message: 'mars is not one of eu',
      where: 'pltf.yaml:4:18',
      digest: 'sha256:1',
      covered: false,
    },
  ],
  exemptsDigest: 'd1',
  use: 'unknown',
  may: { approve: true, reject: true, revoke: false, withdraw: false },
  ...more,
});

const request = (more: Partial<RequestView> = {}): RequestView => ({
  id: testId('ask'),
  title: 'A queue that keeps order',
  what: 'Orders must not overtake each other.',
  state: 'open',
  requester: 'bob',
  owner: 'everyone',
  askedAt: instant(),
  answerBy: '2036-01-01T00:00:00Z',
  overdue: false,
  may: { answer: true, withdraw: false },
  ...more,
});

/** Guardrails, exceptions and requests of the test platform. */
export const policyAnswers: TestHandlers = {
  listGuardrails: () => ({ items: [guardrail], audit }),
  getGuardrail: () => ({ guardrail, document, hit: [result], audit }),
  listVerdicts: () => ({ items: [result], audit }),
  listExceptions: ({ query }) => ({
    items: [exception(query.state === undefined ? {} : { state: query.state })],
  }),
  getException: ({ params }) => exception({ id: params.id }),
  requestException: ({ body }) =>
    exception({ guardrail: body.guardrail, expiresAt: body.expiresAt, reason: body.reason }),
  approveException: ({ params, body }) =>
    exception({
      id: params.id,
      state: 'approved',
      approver: 'ada',
      decisionReason: body.reason,
      startsAt: instant(),
    }),
  rejectException: ({ params }) => exception({ id: params.id, state: 'rejected' }),
  revokeException: ({ params }) => exception({ id: params.id, state: 'revoked' }),
  withdrawException: ({ params }) => exception({ id: params.id, state: 'withdrawn' }),
  listRequests: () => ({ items: [request()] }),
  getRequest: ({ params }) => request({ id: params.id }),
  createRequest: ({ body }) => request(body),
  answerRequest: ({ params, body }) =>
    request({
      id: params.id,
      state: body.decision,
      decidedBy: 'ada',
      decidedAt: instant(),
      decisionReason: body.reason,
    }),
  withdrawRequest: ({ params }) => request({ id: params.id, state: 'withdrawn' }),
  listDebts: () => ({
    teams: ['everyone'],
    audit,
    items: [
      {
        kind: 'failing',
        team: 'everyone',
        component: 'users-api',
        title: guardrail.title,
        guardrail: guardrail.id,
        severity: 'high',
        state: 'deny',
        placement: 'users-api.prod',
        environment: 'prod',
        message: 'mars is not one of eu',
        remedy: guardrail.remedy,
        since: instant(),
      },
    ],
  }),
};
