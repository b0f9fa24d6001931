import { filesOf } from './container-parts.ts';
import { shortened } from './names.ts';
import type { KubernetesObject } from './object.ts';
import { metadataOf, type Placed } from './placed.ts';

export const filesName = ({ name }: Placed): string => shortened(`${name}-files`);

/** The files that are laid into containers; undefined when there are none. */
export function filesObject(placed: Placed): KubernetesObject | undefined {
  const { data, binaryData, items } = filesOf(placed);
  if (items.length === 0) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(placed, filesName(placed)),
    ...(Object.keys(data).length === 0 ? {} : { data }),
    ...(Object.keys(binaryData).length === 0 ? {} : { binaryData }),
  };
}
