import type { ExceptionView } from '@pltf/contracts';
import { day, hour, past } from '../times.ts';
import type { World } from '../world.ts';

const id = (number: number): string => `exc_${String(number).padStart(26, '0')}`;
const nobody = { approve: false, reject: false, revoke: false, withdraw: false };

const base = {
  guardrail: 'tier-1-instances',
  guardrailTitle: 'Tier 1 runs at least two instances',
  severity: 'high',
  owner: 'ben',
  team: 'team-identity',
  requester: 'ben',
  reason: 'The second instance needs sessions out of memory first; that work is under way.',
  compensatingControl: 'A cold standby in staging, promoted by hand within ten minutes.',
  requestedAt: past(22 * day),
  covers: {},
  exemptsDigest: 'b1946ac92492d2347c6235b4d2611184',
  use: 'needed',
  may: nobody,
} as const;

export function buildExceptions(world: World): ExceptionView[] {
  const exempts = (component: string, covered: boolean): ExceptionView['exempts'] =>
    (world.components.get(component)?.placements ?? [])
      .filter(({ environment }) => environment === 'prod')
      .map(({ id: placement, environment }) => ({
        placement,
        environment,
        found: 'placed',
        message: 'tier 1 with 1 of at least 2 instances',
        where: 'pltf.yaml:7:16',
        digest: '4f1c',
        covered,
      }));
  return [
    {
      ...base,
      id: id(2),
      scope: { component: 'payments-gateway', environment: 'prod' },
      state: 'pending',
      team: 'team-payments',
      owner: 'chiara',
      requester: 'chiara',
      requestedAt: past(5 * hour),
      expiresAt: past(-40 * day),
      ticket: 'PAY-1187',
      exempts: [
        ...exempts('payments-gateway', false),
        {
          placement: 'payments-gateway.prod',
          environment: 'prod',
          found: 'refused',
          message: 'tier 1 with 0 of at least 2 instances',
          where: 'pltf.yaml:9:16',
          digest: '77aa',
          covered: false,
        },
      ],
    },
    {
      ...base,
      id: id(1),
      scope: { component: 'users-api', environment: 'prod' },
      state: 'approved',
      approver: 'ana',
      decisionReason: 'Accepted until the session store is moved.',
      startsAt: past(21 * day),
      expiresAt: past(-9 * day),
      exempts: exempts('users-api', true),
    },
    {
      ...base,
      id: id(3),
      guardrail: 'drain-long-enough',
      guardrailTitle: 'Requests in flight may finish',
      severity: 'medium',
      scope: { component: 'customer-notification-preferences-worker' },
      owner: 'frida.maximiliana-von-hohenstein',
      team: 'team-customer-lifecycle-and-engagement',
      requester: 'frida.maximiliana-von-hohenstein',
      approver: 'gael',
      state: 'approved',
      startsAt: past(60 * day),
      expiresAt: past(-80 * day),
      use: 'unneeded',
      exempts: [],
    },
    {
      ...base,
      id: id(4),
      scope: { component: 'ledger', environment: 'prod' },
      owner: 'gael',
      team: 'team-payments',
      requester: 'eun-ji',
      approver: 'ana',
      state: 'approved',
      startsAt: past(80 * day),
      expiresAt: past(-18 * hour),
      exempts: exempts('ledger', false),
      flag: {
        reason: 'its owner gael has left the team team-payments',
        since: past(2 * day),
        endsAt: past(-5 * day),
      },
    },
    {
      ...base,
      id: id(5),
      scope: { component: 'search-api', environment: 'prod' },
      team: 'team-discovery',
      state: 'expired',
      approver: 'ana',
      startsAt: past(100 * day),
      expiresAt: past(10 * day),
      endedAt: past(10 * day),
      endedReason: 'its time was over',
      exempts: [],
      use: 'unknown',
    },
    {
      ...base,
      id: id(6),
      scope: { component: 'orders' },
      team: 'team-fulfilment',
      state: 'rejected',
      approver: 'ana',
      decisionReason: 'Two small instances cost less than one outage; take the remedy.',
      expiresAt: past(-90 * day),
      endedAt: past(30 * day),
      endedBy: 'ana',
      exempts: [],
      use: 'unknown',
    },
  ];
}
