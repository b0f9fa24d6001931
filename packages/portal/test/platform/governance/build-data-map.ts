import type { DataFlow, PrivacyMap } from '@pltf/contracts';
import { minute, past } from '../times.ts';

const environments = ['preview', 'staging', 'prod'];

const flow = (
  from: string,
  to: string,
  need: string,
  classes: string[],
  rest: Partial<DataFlow> = {},
): DataFlow => ({
  from,
  to,
  need,
  classes,
  kind: 'service',
  returns: [],
  environments,
  undeclared: [],
  ...rest,
});

const holder = (component: string, owner: string, classes: string[], special = false) => ({
  component,
  owner,
  classes,
  special,
});

/** Some services of the shop that hold personal data, and where it goes. */
export const buildDataMap = (): PrivacyMap => ({
  asOf: past(2 * minute),
  holders: [
    holder('checkout-web', 'team-checkout', ['pii.contact', 'pii.identity']),
    holder('checkout-api', 'team-checkout', ['pii.contact', 'pii.identity']),
    holder('users-api', 'team-identity', ['pii.contact', 'pii.credentials', 'pii.identity']),
    holder('orders', 'team-fulfilment', ['pii.contact', 'pii.location']),
    holder('payments-gateway', 'team-payments', ['pii.financial'], false),
    holder('fraud-scores', 'team-risk', ['pii.financial', 'pii.behaviour']),
    holder(
      'customer-notification-preferences-worker',
      'team-customer-lifecycle-and-engagement',
      ['pii.contact', 'pii.health'],
      true,
    ),
  ],
  flows: [
    flow('checkout-web', 'checkout-api', 'api', ['pii.contact', 'pii.identity'], {
      returns: ['pii.contact', 'pii.identity'],
    }),
    flow('checkout-api', 'users-api', 'users', ['pii.contact', 'pii.identity'], {
      returns: ['pii.contact', 'pii.credentials', 'pii.identity'],
      undeclared: ['pii.credentials'],
    }),
    flow('checkout-api', 'orders', 'orders', ['pii.contact', 'pii.identity'], {
      returns: ['pii.contact', 'pii.location'],
    }),
    flow('checkout-api', 'payments-gateway', 'payments', ['pii.contact', 'pii.identity'], {
      returns: ['pii.financial'],
    }),
    flow('payments-gateway', 'fraud-scores', 'scores', ['pii.financial'], {
      returns: ['pii.behaviour', 'pii.financial'],
    }),
    flow('orders', 'shipping-labels', 'labels', ['pii.contact', 'pii.location'], {
      undeclared: ['pii.contact', 'pii.location'],
    }),
    flow('orders', 'customer-notification-preferences-worker', 'notify', ['pii.contact']),
    flow('users-api', 'users-api/db', 'db', ['pii.contact', 'pii.credentials', 'pii.identity'], {
      kind: 'backing-service',
    }),
    flow('orders', 'orders/db', 'db', ['pii.contact', 'pii.location'], {
      kind: 'backing-service',
    }),
    flow('payments-gateway', 'payments-gateway/db', 'db', ['pii.financial'], {
      kind: 'backing-service',
    }),
    flow('fraud-scores', 'event-lake', 'lake', ['pii.behaviour', 'pii.financial'], {
      kind: 'resource',
      environments: ['prod'],
    }),
    // Round in a circle, as services are.
    flow('users-api', 'orders', 'orders', ['pii.contact', 'pii.credentials', 'pii.identity'], {
      returns: ['pii.contact', 'pii.location'],
    }),
    flow('orders', 'users-api', 'users', ['pii.contact', 'pii.location'], {
      returns: ['pii.contact', 'pii.identity'],
    }),
  ],
});
