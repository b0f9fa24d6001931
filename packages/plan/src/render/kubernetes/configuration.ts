import type { JsonValue } from '../../template/json.ts';
import { needVariable } from '../../thin-file/resolve-needs.ts';
import { addedKinds } from './input.ts';
import { addressOf, shortened } from './names.ts';
import type { KubernetesObject } from './object.ts';
import { metadataOf, type Placed, serves } from './placed.ts';

/** By value, so that the order in a file changes nothing. */
export const sortedKeys = (record: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(record).toSorted((a, b) => (a < b ? -1 : 1));

/** Plain settings of the program: its own, who it is, and the addresses of the services that it calls. */
export function configurationData({
  spec,
  input,
}: Placed): Readonly<Record<string, string>> | undefined {
  if (spec.kind === 'resource') return undefined;
  const data: Record<string, string> = {
    PLTF_COMPONENT: spec.component,
    PLTF_ENVIRONMENT: spec.environment,
    PLTF_PLACEMENT: `${input.placement.metadata.name}.${spec.environment}`,
    PLTF_TEAM: spec.owner,
  };
  const { callees = {} } = input;
  for (const need of sortedKeys(callees)) {
    const peer = callees[need];
    if (peer !== undefined)
      data[`${needVariable(need)}_URL`] = addressOf(peer.label, peer.environment);
  }
  for (const key of sortedKeys(spec.run.env)) data[key] = spec.run.env[key] ?? '';
  return data;
}

export function configMapObject(placed: Placed): KubernetesObject | undefined {
  const data = configurationData(placed);
  if (data === undefined) return undefined;
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadataOf(placed, placed.name), data };
}

/** The needs whose values are secret, sorted: each is one Secret of its own. */
const secretNeeds = ({ spec }: Placed): readonly string[] =>
  sortedKeys(spec.needs).filter((need) => spec.needs[need]?.kind !== 'service');

const secretName = ({ name }: Placed, need: string): string => shortened(`${name}-${need}`);

/** Names of the secrets that the program's environment is made from; what is in them is never rendered. */
export const secretNames = (placed: Placed): readonly string[] =>
  secretNeeds(placed).map((need) => secretName(placed, need));

/**
 * Where the cluster fetches secrets from a store: a secret under its own name, a binding under
 * `<environment>/<label>/<need>` with all of its keys. Elsewhere the platform writes the secrets itself.
 */
export function externalSecretObjects(placed: Placed): readonly KubernetesObject[] {
  const { cluster, spec, input } = placed;
  const { secretStore } = cluster;
  if (secretStore === undefined || !serves(placed, addedKinds.externalSecret)) return [];
  return secretNeeds(placed).map((need) => {
    const name = secretName(placed, need);
    const wanted = spec.needs[need];
    const from: Record<string, JsonValue> =
      wanted?.kind === 'secret'
        ? { data: [{ secretKey: needVariable(need), remoteRef: { key: wanted.secret } }] }
        : {
            dataFrom: [
              {
                extract: { key: `${spec.environment}/${input.placement.metadata.name}/${need}` },
              },
            ],
          };
    return {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: metadataOf(placed, name),
      spec: {
        refreshInterval: '1h',
        secretStoreRef: { kind: secretStore.kind, name: secretStore.name },
        target: { name, creationPolicy: 'Owner' },
        ...from,
      },
    };
  });
}
