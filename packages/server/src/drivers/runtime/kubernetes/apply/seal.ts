import { createHash } from 'node:crypto';
import type { KubernetesObject } from '@pltf/plan/render';
import { partOfLabel } from './apply-set.ts';

/** Which installation an object is of: the label by which watches select. */
export const platformLabel = 'pltf.dev/platform';
/** Digest of the object as it was rendered. */
export const appliedAnnotation = 'pltf.dev/applied';
/** On the namespace: the runtime that has the placement now, where two names lead to one cluster. */
export const runtimeAnnotation = 'pltf.dev/runtime';

/** Who applies, and to which set of objects. */
export interface Seal {
  /** Eight hexadecimal digits: the id of this installation. */
  readonly platform: string;
  /** The id of the set: `applyset-…-v1`. */
  readonly set: string;
  /** The runtime's name in the platform file. */
  readonly runtime: string;
}

/** The same object as it is applied: it says whose it is, which set it is in, and what it was rendered as. */
export interface SealedObject extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'];
}

/** Kept for as long as the rendered object is: a pass over what was rendered before costs a look-up. */
const known = new WeakMap<
  KubernetesObject,
  { readonly seal: Seal; readonly sealed: SealedObject }
>();

/** The objects with our marks, in their order. The same objects and the same seal give the very same answer. */
export function seal(objects: readonly KubernetesObject[], by: Seal): readonly SealedObject[] {
  return objects.map((object) => sealed(object, by));
}

function sealed(object: KubernetesObject, by: Seal): SealedObject {
  const before = known.get(object);
  if (before !== undefined && isSame(before.seal, by)) return before.sealed;
  const own = object.kind === 'Namespace' ? ofRuntime(object, by.runtime) : object;
  const made = {
    ...own,
    metadata: {
      ...own.metadata,
      labels: { ...own.metadata.labels, [platformLabel]: by.platform, [partOfLabel]: by.set },
      annotations: { ...own.metadata.annotations, [appliedAnnotation]: appliedDigest(own) },
    },
  };
  known.set(object, { seal: by, sealed: made });
  return made;
}

const isSame = (one: Seal, other: Seal): boolean =>
  one.platform === other.platform && one.set === other.set && one.runtime === other.runtime;

const ofRuntime = (namespace: KubernetesObject, runtime: string): KubernetesObject => ({
  ...namespace,
  metadata: {
    ...namespace.metadata,
    annotations: { ...namespace.metadata.annotations, [runtimeAnnotation]: runtime },
  },
});

/** 96 bits in base64url: the renderer is deterministic to the byte, so the order of members needs no care. */
export const appliedDigest = (object: KubernetesObject): string =>
  createHash('sha256').update(JSON.stringify(object)).digest('base64url').slice(0, 16);

/** The digest that a sealed object bears. */
export const digestOf = (object: SealedObject): string =>
  object.metadata.annotations[appliedAnnotation] ?? '';
