import type { Need, PlanItem } from '@pltf/contracts';
import { needVariable } from '../thin-file/resolve-needs.ts';
import { differences } from './differences.ts';
import type { PlacedSpec } from './placement-objects.ts';

/** Backing services, their bindings, and permissions to call others. */
export function needItems(
  before: PlacedSpec | undefined,
  placed: PlacedSpec,
  driver: string,
): readonly PlanItem[] {
  const now: Readonly<Record<string, Need>> = before?.object.spec.needs ?? {};
  const then: Readonly<Record<string, Need>> = placed.object.spec.needs;
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])].toSorted();
  return names.flatMap((name) => [
    ...backingItem(name, now[name], then[name]).map((item) => noted(item, noBroker)),
    ...bindingItem(name, now[name], then[name]).map((item) =>
      driver === 'agent' ? noted(item, handedOver(name, then[name])) : item,
    ),
  ]);
}

/** What is declared and nobody makes is said to be so. */
const noBroker = 'declared: no broker makes it yet';

/** An agent knows where other services answer, and nothing of backing services and secrets. */
const handedOver = (name: string, need: Need | undefined): string =>
  need?.kind === 'service'
    ? `its address as ${needVariable(name)}_URL`
    : 'declared: the agent hands nothing over yet';

const noted = (item: PlanItem, note: string): PlanItem =>
  item.action === 'create' || item.action === 'change'
    ? { ...item, note: item.note === undefined ? note : `${item.note}; ${note}` }
    : item;

type Offered = Need & { readonly kind: 'offer'; readonly encrypted?: boolean };

const offered = (need: Need | undefined): Offered | undefined =>
  need?.kind === 'offer' ? need : undefined;

function backingItem(
  name: string,
  before: Need | undefined,
  after: Need | undefined,
): readonly PlanItem[] {
  const now = offered(before);
  const then = offered(after);
  if (then === undefined) {
    if (now === undefined) return [];
    const note = 'its data stays until the backing service is deleted by name';
    return [{ action: 'keep', kind: 'backing-service', name, note }];
  }
  const note = `${then.offer}/${then.plan}${then.encrypted === true ? ', encrypted' : ''}`;
  if (now === undefined || now.offer !== then.offer) {
    return [{ action: 'create', kind: 'backing-service', name, note }];
  }
  const changes = differences(now, then);
  return changes.length === 0
    ? [{ action: 'keep', kind: 'backing-service', name, note }]
    : [{ action: 'change', kind: 'backing-service', name, changes: [...changes], note }];
}

function bindingItem(
  name: string,
  before: Need | undefined,
  after: Need | undefined,
): readonly PlanItem[] {
  if (after === undefined) return [{ action: 'remove', kind: 'binding', name }];
  const note = boundTo(after);
  if (before === undefined) return [{ action: 'create', kind: 'binding', name, note }];
  const changes = differences(target(before), target(after));
  return changes.length === 0
    ? [{ action: 'keep', kind: 'binding', name, note }]
    : [{ action: 'change', kind: 'binding', name, changes: [...changes], note }];
}

const target = (need: Need): unknown =>
  need.kind === 'offer' ? { kind: need.kind, offer: need.offer } : need;

function boundTo(need: Need): string {
  if (need.kind === 'offer') return `to ${need.offer}`;
  if (need.kind === 'service') return `to the service ${need.service}`;
  return need.kind === 'resource'
    ? `to the shared ${need.resource}`
    : `to the secret ${need.secret}`;
}
