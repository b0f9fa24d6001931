import { PltfError, type Reason } from '@pltf/contracts';
import type { ApplyOutcome } from '../apply/index.ts';
import { nameOf } from '../apply/index.ts';
import { short } from './trouble-facts.ts';

/**
 * Why the cluster does not take an object, as the reason of a rollout that ends by it. Undefined for what concerns the
 * cluster and not the object: it is asked again.
 */
export function refusalOf(cause: unknown): Reason | undefined {
  if (cause instanceof PltfError) {
    const { code, detail, fix } = cause;
    const isOfObject = code === 'cluster-refused' || code === 'cluster-forbidden';
    return isOfObject ? { code, detail: short(detail), fix, log: [] } : undefined;
  }
  const { conflicts, refused } = cause as ApplyOutcome;
  const [first] = refused;
  if (first !== undefined) {
    const { code, detail, fix } = first.error;
    const more = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
    const named = detail.includes(first.key.name) ? '' : `${nameOf(first.key)}: `;
    return { code, detail: `${named}${short(detail)}${more}`, fix, log: [] };
  }
  const [conflict] = conflicts;
  if (conflict === undefined) return undefined;
  const { object, field, manager, live } = conflict;
  const value = live === undefined ? '' : `, and has set it to ${short(live)}`;
  return {
    code: 'field-conflict',
    detail: `${manager} owns ${field} of ${object}${value}`,
    fix: `Have ${manager} let go of it; \`pltf drift\` shows it, and takes it back when you say so.`,
    log: [],
  };
}
