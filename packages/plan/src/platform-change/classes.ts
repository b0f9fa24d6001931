import type { ChangeClass, PlacementObject, ValueChange } from '@pltf/contracts';
import { type Amount, amount, shownAmount } from '../cost/amount.ts';
import { canonicalJson } from '../digest.ts';
import { differences } from '../planning/differences.ts';
import type { PlacedView } from './placed.ts';

export const mostExamples = 5;

interface Growing {
  readonly changes: readonly ValueChange[];
  readonly environments: Set<string>;
  readonly examples: string[];
  count: number;
  before: Amount;
  after: Amount;
}

/** Placements in classes of equal difference: each placement is unchanged, or in exactly one class. */
export interface Classes {
  add(id: string, environment: string, before: PlacedView, after: PlacedView): void;
  readonly unchanged: number;
  /** Largest first. */
  finish(currency: string): readonly ChangeClass[];
}

export function classes(): Classes {
  const found = new Map<string, Growing>();
  let unchanged = 0;
  return {
    add: (id, environment, before, after) => {
      const changes = differenceOf(before, after);
      if (changes.length === 0) {
        unchanged += 1;
        return;
      }
      const key = canonicalJson(changes);
      const one = found.get(key) ?? empty(changes);
      found.set(key, one);
      one.count += 1;
      one.environments.add(environment);
      if (one.examples.length < mostExamples) one.examples.push(id);
      one.before = one.before.plus(before.monthly);
      one.after = one.after.plus(after.monthly);
    },
    get unchanged() {
      return unchanged;
    },
    finish: (currency) =>
      [...found.values()].toSorted((a, b) => b.count - a.count).map((one) => shown(one, currency)),
  };
}

const empty = (changes: readonly ValueChange[]): Growing => ({
  changes,
  environments: new Set(),
  examples: [],
  count: 0,
  before: amount(0),
  after: amount(0),
});

const shown = (one: Growing, currency: string): ChangeClass => ({
  environments: [...one.environments].toSorted(),
  changes: [...one.changes],
  count: one.count,
  examples: one.examples,
  cost: { currency, before: shownAmount(one.before), after: shownAmount(one.after) },
});

/** What differs, in words that are the same for all placements of a class; a price counts as changed, not by how much. */
function differenceOf(before: PlacedView, after: PlacedView): readonly ValueChange[] {
  const changes = differences(comparable(before.object), comparable(after.object));
  const priced = !before.monthly.eq(after.monthly);
  // A price that follows from something else that is shown is no way of its own to change.
  return changes.length > 0 || !priced ? changes : [{ path: 'cost' }];
}

function comparable({ metadata, spec }: PlacementObject): unknown {
  const { cost, routes, ...rest } = spec;
  const { name, labels, annotations } = metadata;
  const hosts = routes.map((route, index) => ({
    ...route,
    host:
      index === 0 && route.host.startsWith(name) ? `NAME${route.host.slice(name.length)}` : 'own',
  }));
  return {
    ...rest,
    labels,
    annotations,
    currency: cost.currency,
    routes: [...new Map(hosts.map((route) => [canonicalJson(route), route])).values()],
  };
}
