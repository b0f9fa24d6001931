import { isDeepStrictEqual } from 'node:util';
import type { SeenNamespace, SeenObject, SeenPod, SeenWorkload } from '../cluster-cache.ts';

interface Held {
  readonly objects: Map<string, SeenObject>;
  readonly pods: Map<string, SeenPod & { readonly resourceVersion: string }>;
  answer: SeenNamespace | undefined;
}

export type Seen = SeenObject | (SeenPod & { readonly resourceVersion: string });

/** Where an object is kept: a Namespace is in itself. */
export const placeOf = (object: {
  readonly namespace?: string | undefined;
  readonly name: string;
}): string => object.namespace ?? object.name;

const nameIn = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `${kind}/${name}`;

/** Everything that was seen, by namespace. */
export class NamespaceIndex {
  readonly #namespaces = new Map<string, Held>();

  of(namespace: string): SeenNamespace {
    const held = this.#namespaces.get(namespace);
    if (held === undefined) return { name: namespace, objects: [], workloads: [], pods: [] };
    held.answer ??= answerOf(namespace, held);
    return held.answer;
  }

  /** Those with an object of ours in them; pods alone do not make one. */
  names(): readonly string[] {
    return [...this.#namespaces].filter(([, held]) => held.objects.size > 0).map(([name]) => name);
  }

  /** Takes in what is not older than what is known; says whether anything but its version is new. */
  put(seen: Seen): boolean {
    const held = this.#held(placeOf(seen));
    const among: Map<string, Seen> = mapOf(held, seen.kind);
    const before = among.get(nameIn(seen));
    if (before !== undefined && isNewer(before.resourceVersion, seen.resourceVersion)) return false;
    among.set(nameIn(seen), seen);
    held.answer = undefined;
    return before === undefined || !sameButVersion(before, seen);
  }

  /** Forgets an object, unless one of the same name was seen since. */
  drop(seen: Seen): boolean {
    const place = placeOf(seen);
    const held = this.#namespaces.get(place);
    if (held === undefined) return false;
    const among: Map<string, Seen> = mapOf(held, seen.kind);
    const before = among.get(nameIn(seen));
    if (before === undefined || isNewer(before.resourceVersion, seen.resourceVersion)) return false;
    among.delete(nameIn(seen));
    held.answer = undefined;
    if (held.objects.size === 0 && held.pods.size === 0) this.#namespaces.delete(place);
    return true;
  }

  /** All of a kind that are known. */
  *ofKind(apiVersion: string, kind: string): Generator<Seen> {
    for (const held of this.#namespaces.values()) {
      for (const seen of mapOf(held, kind).values()) {
        if (seen.kind === kind && seen.apiVersion === apiVersion) yield seen;
      }
    }
  }

  #held(namespace: string): Held {
    const held = this.#namespaces.get(namespace) ?? {
      objects: new Map<string, SeenObject>(),
      pods: new Map<string, SeenPod & { readonly resourceVersion: string }>(),
      answer: undefined,
    };
    this.#namespaces.set(namespace, held);
    return held;
  }
}

const mapOf = (held: Held, kind: string): Map<string, Seen> =>
  kind === 'Pod' ? held.pods : held.objects;

const isWorkload = (seen: SeenObject): seen is SeenWorkload => 'images' in seen;

function answerOf(name: string, held: Held): SeenNamespace {
  const objects: SeenObject[] = [];
  const workloads: SeenWorkload[] = [];
  for (const object of held.objects.values()) {
    if (isWorkload(object)) workloads.push(object);
    else objects.push(object);
  }
  return { name, objects, workloads, pods: [...held.pods.values()] };
}

/** Versions are numbers in every API server there is; where they are not, the last one told counts. */
export function isNewer(version: string, than: string): boolean {
  if (!/^\d+$/.test(version) || !/^\d+$/.test(than)) return false;
  return version.length === than.length ? version > than : version.length > than.length;
}

/** What only says that time passes (the status of an autoscaler or a quota) is nothing to wake anybody for. */
const sameButVersion = (before: Seen, after: Seen): boolean =>
  isDeepStrictEqual({ ...before, resourceVersion: '' }, { ...after, resourceVersion: '' });
