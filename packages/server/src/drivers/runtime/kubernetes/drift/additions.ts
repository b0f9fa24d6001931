import { isHand } from '../../../cluster/by-hand.ts';
import type { LiveObject } from '../../../cluster/cluster-api.ts';
import { fieldName, leavesOf, type OwnedPath, treeOf, valueAt } from '../apply/owned-fields.ts';
import type { Owner } from './attribution.ts';

/** What such a program notes for itself, and a restart, which is over when it has happened. */
const ofNoMatter: readonly RegExp[] = [
  /^\.status(?:\.|$)/,
  /^\.metadata\.annotations\.kubectl\.kubernetes\.io\/last-applied-configuration$/,
  /\.annotations\.kubectl\.kubernetes\.io\/restartedAt$/,
  /^\.metadata\.annotations\.deployment\.kubernetes\.io\/revision$/,
];

export interface Addition {
  readonly path: OwnedPath;
  readonly owner: Owner;
}

/**
 * Fields that somebody has added by hand to an object of ours: what the platform asks for none of. `ours` are the fields
 * that an apply would own. A controller of the cluster adds what it must, and is not reported.
 */
export function additions(live: LiveObject, ours: ReadonlySet<string>): readonly Addition[] {
  const found = new Map<string, Addition>();
  for (const { manager, time, fieldsV1, subresource } of live.metadata.managedFields ?? []) {
    if (subresource === 'status' || !isHand(manager)) continue;
    for (const path of leavesOf(treeOf(fieldsV1) ?? {})) {
      const name = fieldName(path);
      if (ours.has(name) || ofNoMatter.some((pattern) => pattern.test(name))) continue;
      if (coveredBy(ours, name) || valueAt(live, path) === undefined) continue;
      found.set(name, { path, owner: { manager, since: time } });
    }
  }
  return [...found.values()];
}

/** A list that we own as one is compared as one. */
const coveredBy = (ours: ReadonlySet<string>, name: string): boolean => {
  for (const own of ours) if (name.startsWith(`${own}.`) || name.startsWith(`${own}[`)) return true;
  return false;
};
