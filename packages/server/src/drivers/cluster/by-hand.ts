import type { JsonValue } from '@pltf/plan/render';
import type { LiveObject } from './cluster-api.ts';

/** Programs by which people change things, as they name themselves to an API server. */
const tools =
  /^(?:kubectl|oc|k9s|lens|openlens|headlamp|dashboard|rancher|node-fetch|mozilla|curl|python-requests|okhttp|unknown)/i;

export const isHand = (manager: string): boolean => tools.test(manager);

/** What people's tools own of an object; undefined for nearly all, which nobody has touched. */
export function handsOn({ metadata }: LiveObject): readonly JsonValue[] | undefined {
  const entries = (metadata.managedFields ?? []).flatMap(({ manager, subresource, fieldsV1 }) =>
    isHand(manager) && subresource !== 'status' && fieldsV1 !== undefined
      ? [{ manager, fields: fieldsV1 }]
      : [],
  );
  return entries.length === 0 ? undefined : entries;
}
