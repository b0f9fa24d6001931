import type { JsonObject, JsonValue } from '@pltf/plan/render';

/** Lists whose items are told apart by keys, by the name of the field that holds them. */
const keysOfField: Readonly<Record<string, readonly string[]>> = {
  conditions: ['type'],
  containers: ['name'],
  env: ['name'],
  ephemeralContainers: ['name'],
  hostAliases: ['ip'],
  imagePullSecrets: ['name'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  volumeDevices: ['devicePath'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};

/** Maps that are one value: who sets one key owns all. */
const atomicMaps = new Set([
  'configMapKeyRef',
  'fieldRef',
  'labelSelector',
  'namespaceSelector',
  'nodeSelector',
  'podSelector',
  'resourceFieldRef',
  'scopeSelector',
  'secretKeyRef',
  'selector',
]);

/** Lists of plain values of which each one has its owners. */
const sets = new Set(['finalizers']);

/** Where in an object a value is: its field's name, and whether it is inside a container. */
export interface Place {
  readonly kind: string;
  readonly field: string;
  readonly inContainer: boolean;
}

export const rootPlace = (kind: string): Place => ({ kind, field: '', inContainer: false });

export const placeOf = (place: Place, field: string): Place => ({
  kind: place.kind,
  field,
  inContainer: place.inContainer || /containers$/i.test(place.field),
});

export const isSet = (place: Place): boolean => sets.has(place.field);
export const isAtomicMap = (place: Place): boolean => atomicMaps.has(place.field);

/** The keys that tell the items of this list apart; undefined for a list that is one value. */
export function keysOf(place: Place): readonly string[] | undefined {
  if (place.field === 'ports') {
    if (place.inContainer) return ['containerPort', 'protocol'];
    return place.kind === 'Service' ? ['port', 'protocol'] : undefined;
  }
  if (place.kind === 'ServiceAccount' && place.field === 'imagePullSecrets') return undefined;
  if (place.kind === 'PrometheusRule' && place.field === 'groups') return ['name'];
  return keysOfField[place.field];
}

/** The item's keys as managed fields write them: `k:{"containerPort":80,"protocol":"TCP"}`. */
export function itemKey(item: JsonValue, keys: readonly string[]): string {
  const fields = item as JsonObject;
  const named = keys.map((key) => [key, fields[key] ?? (key === 'protocol' ? 'TCP' : undefined)]);
  return `k:${JSON.stringify(Object.fromEntries(named.filter(([, value]) => value !== undefined)))}`;
}
