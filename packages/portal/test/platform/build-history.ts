import type { EventView } from '@pltf/contracts';
import { people } from './content.ts';
import { hour, minute, past } from './times.ts';
import { tell, type World } from './world.ts';

/** What happened in the last two days, and the audit trail of it. */
export function addHistory(world: World): void {
  const line = (ms: number, event: Omit<EventView, 'seq' | 'at' | 'data'>, data = {}): void =>
    tell(world, { ...event, data, at: past(ms) });
  line(30 * hour, { type: 'user-added', actor: 'ana', summary: 'Added eun-ji as member' });
  line(28 * hour, {
    type: 'branch-pushed',
    actor: 'ben',
    component: 'users-api',
    summary: 'Pushed 3 commits to fix-login-redirect',
  });
  line(
    27 * hour,
    {
      type: 'run-finished',
      actor: 'platform',
      component: 'users-api',
      run: [...world.runs.values()][1]?.id ?? '',
      summary: 'Pipeline #33 failed: npm test',
    },
    { state: 'failed' },
  );
  line(9 * hour, {
    type: 'rollout-finished',
    actor: 'ana',
    component: 'users-api',
    placement: 'users-api.prod',
    environment: 'prod',
    summary: 'Promoted #12 to prod in 2.4 s; 3,912 requests, 0 failed',
    why: 'Customers wait for the faster sign-in',
  });
  line(3 * hour, {
    type: 'instance-ended',
    actor: 'platform',
    component: 'ledger',
    placement: 'ledger.prod',
    environment: 'prod',
    summary: 'Instance ledger-prod-r3-1 ended: SIGKILL, out of memory (256 MiB)',
  });
  line(
    2 * hour,
    {
      type: 'rollout-finished',
      actor: 'ben',
      component: 'payments-gateway',
      placement: 'payments-gateway.prod',
      environment: 'prod',
      summary: 'Promotion of #4 to prod failed and was rolled back: not healthy in 30 s',
      why: 'Release of the sprint',
    },
    { state: 'rolled-back' },
  );
  line(50 * minute, {
    type: 'component-created',
    actor: 'eun-ji',
    component: 'ab-analysis',
    summary: 'Created ab-analysis from worker 1.0.3',
  });
  line(12 * minute, {
    type: 'release-created',
    actor: 'platform',
    component: 'users-api',
    summary: 'Made release #14 of users-api from main',
  });
  line(11 * minute, {
    type: 'rollout-progressed',
    actor: 'platform',
    component: 'users-api',
    placement: 'users-api.staging',
    environment: 'staging',
    summary: 'Waiting until #14 is healthy in staging',
  });
  line(11 * minute, {
    type: 'rollout-finished',
    actor: 'platform',
    component: 'users-api',
    placement: 'users-api.staging',
    environment: 'staging',
    summary: 'Deployed #14 to staging in 1.9 s; 88 requests, 0 failed',
  });
  for (let seq = 1; seq <= 24; seq += 1) {
    world.audit.unshift({
      seq,
      at: past((25 - seq) * 37 * minute),
      actor: people[seq % 4]?.[0] ?? 'ana',
      via: seq % 3 === 0 ? 'token' : 'session',
      action:
        ['component:operate', 'signed-in', 'component:create', 'people:write'][seq % 4] ??
        'signed-in',
      target: ['users-api.prod', 'session', 'ab-analysis', 'team-identity'][seq % 4] ?? '',
      outcome: seq % 7 === 0 ? 'denied' : seq % 11 === 0 ? 'failed' : 'done',
      address: '127.0.0.1',
      requestId: `req-${seq}`,
      ...(seq % 5 === 0 ? { why: 'Customers wait for it' } : {}),
    });
  }
}
