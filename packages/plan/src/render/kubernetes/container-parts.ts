import type { ContainerFile, Probe, RunSpec, SideContainer, VolumeMount } from '@pltf/contracts';
import type { JsonObject, JsonValue } from '../../template/json.ts';
import { constant } from '../yaml/constant.ts';
import { boundContent, boundVariable, literal } from './bound-text.ts';
import { sortedKeys } from './configuration.ts';
import { fingerprint, shortened } from './names.ts';
import type { Fields } from './object.ts';
import type { Placed } from './placed.ts';

/** What a container says of itself beside its image and its variables: the first one, or one beside it. */
export type ContainerParts = Pick<SideContainer, 'bound' | 'files' | 'volumes' | 'probes'>;

/** The containers beside the first one, by name, in the order of their names. */
export const sidesOf = ({
  containers = {},
}: RunSpec): readonly (readonly [string, SideContainer])[] =>
  sortedKeys(containers).flatMap((name) => {
    const side = containers[name];
    return side === undefined ? [] : [[name, side] as const];
  });

/** Each container of an instance with its name in the pod; a side that is named like the component gives way. */
export const containersOf = ({ spec }: Placed): readonly (readonly [string, ContainerParts])[] => [
  [spec.component, spec.run],
  ...sidesOf(spec.run).map(([name, side]) => [nameInPod(spec.component, name), side] as const),
];

export const nameInPod = (component: string, side: string): string =>
  shortened(side === component ? `${side}-side` : side);

/** Variables with places, each as the cluster fills it. */
export const boundVariables = (
  placed: Placed,
  bound: Readonly<Record<string, string>> = {},
): readonly JsonValue[] =>
  sortedKeys(bound).map((name) => ({
    name,
    value: boundVariable(placed, bound[name] ?? '').text,
  }));

/** Where a file is kept in the ConfigMap of all files. */
const fileKey = (container: string, path: string): string => `${container}.${fingerprint(path)}`;

/** Of all files of all containers what can be rendered: as text, or as base64. */
export function filesOf(placed: Placed): {
  readonly data: Record<string, string>;
  readonly binaryData: Record<string, string>;
  readonly items: readonly JsonObject[];
} {
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  const items: JsonObject[] = [];
  for (const [container, { files = {} }] of containersOf(placed))
    for (const path of sortedKeys(files)) {
      const file = files[path];
      if (file === undefined || withheldFile(placed, file) !== undefined) continue;
      const key = fileKey(container, path);
      if (file.base64 !== undefined) binaryData[key] = file.base64;
      else data[key] = contentOf(placed, file);
      const mode = file.mode === undefined ? {} : { mode: Number.parseInt(file.mode, 8) };
      items.push({ key, path: key, ...mode });
    }
  return { data, binaryData, items };
}

const contentOf = (placed: Placed, { content = '', bound }: ContainerFile): string =>
  bound === true ? boundContent(placed, content).text : content;

/** Why a file cannot be rendered; undefined when it can. */
export function withheldFile(placed: Placed, file: ContainerFile): string | undefined {
  if (file.source !== undefined)
    return 'what is in it stands in the repository; say it as `content`, or have the build put it into the image';
  if (file.bound !== true) return undefined;
  const { open } = boundContent(placed, file.content ?? '');
  return open.length === 0
    ? undefined
    : `only the program’s variables know ${open.join(', ')}; have the program read them from there`;
}

const tmpMount = /* @__PURE__ */ constant({ name: 'tmp', mountPath: '/tmp' });

/** Where a container finds its files and its volumes, after its own /tmp. */
export function mountsOf(
  placed: Placed,
  container: string,
  { files = {}, volumes = {} }: Omit<ContainerParts, 'bound' | 'probes'>,
  tmp: JsonObject = tmpMount,
): readonly JsonValue[] {
  const mounts: JsonValue[] = [tmp];
  for (const path of sortedKeys(files)) {
    const file = files[path];
    if (file === undefined || withheldFile(placed, file) !== undefined) continue;
    const subPath = fileKey(container, path);
    mounts.push({ name: 'files', mountPath: path, subPath, readOnly: true });
  }
  for (const path of sortedKeys(volumes)) {
    const volume = volumes[path];
    if (volume !== undefined) mounts.push(volumeMount(path, volume));
  }
  return mounts;
}

function volumeMount(mountPath: string, { volume, subPath, readOnly }: VolumeMount): JsonObject {
  const mount: Fields = { name: claimName(volume), mountPath };
  if (subPath !== undefined) mount['subPath'] = subPath;
  if (readOnly !== undefined) mount['readOnly'] = readOnly;
  return mount;
}

/** A volume's name in the pod; what a cluster does not take for a name is told apart by a fingerprint. */
function claimName(volume: string): string {
  const plain = volume.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const name = `volume-${plain.replace(/^-|-$/g, '')}`;
  return shortened(plain === volume ? name : `${name.slice(0, 40)}-${fingerprint(volume)}`);
}

/** Names of the claims that each instance has: one for each volume that some container names. */
export const claimsOf = (placed: Placed): readonly string[] => {
  const names = containersOf(placed).flatMap(([, { volumes = {} }]) =>
    Object.values(volumes).map(({ volume }) => claimName(volume)),
  );
  const own = placed.spec.run.volume === undefined ? [] : ['volume'];
  return [...own, ...[...new Set(names)].toSorted()];
};

/** How a probe asks. A host of its own is a header: an address would let a pod ask anybody. */
export function handlerOf({ httpGet, exec }: Probe): JsonObject | undefined {
  if (httpGet !== undefined) {
    const { path, port, scheme = 'HTTP', host, headers = [] } = httpGet;
    const all = [...(host === undefined ? [] : [{ name: 'Host', value: host }]), ...headers];
    const httpHeaders = all.length === 0 ? {} : { httpHeaders: all };
    return { httpGet: { path, port, scheme, ...httpHeaders } };
  }
  return exec === undefined ? undefined : { exec: { command: exec.map(literal) } };
}
