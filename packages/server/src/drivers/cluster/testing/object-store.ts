import { isDeepStrictEqual } from 'node:util';
import { PltfError } from '@pltf/contracts';
import type { JsonObject } from '@pltf/plan/render';
import type { Kind, LiveMetadata, LiveObject, ObjectKey } from '../cluster-api.ts';
import { countsGenerations, isClusterWide, validate, withDefaults } from './api-server-rules.ts';
import { ChangeLog } from './change-log.ts';
import { textIn } from './field-set.ts';
import type { Owned } from './server-side-apply.ts';

export const textOf = (key: ObjectKey): string =>
  `${key.apiVersion}/${key.kind} ${key.namespace ?? ''}/${key.name}`;

export const keyOf = (object: LiveObject | JsonObject): ObjectKey => {
  const metadata = object['metadata'] as LiveMetadata;
  return {
    apiVersion: textIn(object['apiVersion']),
    kind: textIn(object['kind']),
    namespace: metadata.namespace,
    name: metadata.name,
  };
};

/** An object as JSON, without what the server alone says of who owns its fields. */
export function ownedOf(object: LiveObject): Owned {
  const { managedFields = [], ...metadata } = object.metadata;
  return {
    object: JSON.parse(JSON.stringify({ ...object, metadata })) as JsonObject,
    managedFields,
  };
}

/** All objects of a cluster in memory, with versions, generations, deletion and collection of what lost its owner. */
export class ObjectStore {
  /** By namespace, then by key; what belongs to the whole cluster is under the empty name. */
  readonly #objects = new Map<string, Map<string, LiveObject>>();
  readonly #going = new Set<string>();
  readonly #logs = new Map<string, ChangeLog>();
  #version = 1000;
  #uids = 0;
  readonly #now: () => number;
  #listener: () => void = () => undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  onWrite(listener: () => void): void {
    this.#listener = listener;
  }

  at(): string {
    return new Date(this.#now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  version(): number {
    return this.#version;
  }

  get(key: ObjectKey): LiveObject | undefined {
    return this.#objects.get(key.namespace ?? '')?.get(textOf(key));
  }

  all(): readonly LiveObject[] {
    return [...this.#objects.values()].flatMap((objects) => [...objects.values()]);
  }

  /** What is in a namespace. */
  in(namespace: string | undefined): readonly LiveObject[] {
    return [...(this.#objects.get(namespace ?? '')?.values() ?? [])];
  }

  of(kind: Kind): readonly LiveObject[] {
    return this.all().filter(
      (object) => object.kind === kind.kind && object.apiVersion === kind.apiVersion,
    );
  }

  log(kind: Kind): ChangeLog {
    const name = `${kind.apiVersion}/${kind.kind}`;
    const log = this.#logs.get(name) ?? new ChangeLog();
    this.#logs.set(name, log);
    return log;
  }

  logs(): readonly ChangeLog[] {
    return [...this.#logs.values()];
  }

  /** What would be stored; the object that is there when nothing changes. */
  prepare(next: Owned): LiveObject {
    const key = keyOf(next.object);
    const before = this.get(key);
    if (before === undefined) this.#admit(key);
    const object = withDefaults(next.object);
    validate(before === undefined ? undefined : ownedOf(before).object, object);
    const metadata = {
      ...(object['metadata'] as JsonObject),
      managedFields: next.managedFields,
    } as unknown as LiveMetadata;
    if (before === undefined)
      return { ...object, metadata: this.#born(object, metadata) } as unknown as LiveObject;
    const after = { ...object, metadata } as LiveObject;
    if (isDeepStrictEqual(after, before)) return before;
    const grew = !isDeepStrictEqual(after['spec'], before['spec']);
    const generation = (before.metadata.generation ?? 0) + (grew ? 1 : 0);
    return {
      ...after,
      metadata: {
        ...metadata,
        resourceVersion: String(this.#version + 1),
        ...(countsGenerations(object) ? { generation } : {}),
      },
    };
  }

  write(object: LiveObject): LiveObject {
    const key = keyOf(object);
    const before = this.get(key);
    if (before === object) return object;
    const { deletionTimestamp, finalizers = [] } = object.metadata;
    if (deletionTimestamp !== undefined && finalizers.length === 0 && object.kind !== 'Namespace') {
      this.#forgetObject(key, object);
      return object;
    }
    this.#version += 1;
    this.#put(key, object);
    this.#tell(before === undefined ? 'ADDED' : 'MODIFIED', object, before);
    return object;
  }

  /** Asks for removal; what has finalizers or a grace period stays, marked, until these have ended. */
  remove(object: LiveObject, propagation: string, graceSeconds: number): 'gone' | 'going' {
    const dependents = this.#dependentsOf(object);
    if (propagation === 'Orphan')
      for (const dependent of dependents) this.#orphan(dependent, object);
    const foreground = propagation === 'Foreground' && dependents.length > 0;
    const finalizers = [
      ...new Set([
        ...(object.metadata.finalizers ?? []),
        ...(foreground ? ['foregroundDeletion'] : []),
      ]),
    ];
    const waits = finalizers.length > 0 || object.kind === 'Namespace' || graceSeconds > 0;
    if (!waits) {
      this.#forgetObject(keyOf(object), object);
      return 'gone';
    }
    this.#mark(object, finalizers);
    if (foreground) for (const dependent of dependents) this.remove(dependent, 'Background', 0);
    this.sweep();
    return this.get(keyOf(object))?.metadata.uid === object.metadata.uid ? 'going' : 'gone';
  }

  /** Ends at once what a grace period kept: its processes have ended. */
  finish(object: LiveObject): void {
    const now = this.get(keyOf(object));
    if (now !== undefined && (now.metadata.finalizers ?? []).length === 0) {
      this.#forgetObject(keyOf(now), now);
    }
  }

  /** Empties namespaces that are going, and lets go what waits for what is not there any more. */
  sweep(): void {
    if (this.#going.size === 0) return;
    const objects = this.all().filter((object) => this.#going.has(textOf(keyOf(object))));
    for (const object of objects) {
      if (object.kind === 'Namespace') this.#sweepNamespace(object);
      else if (
        object.metadata.finalizers?.includes('foregroundDeletion') === true &&
        this.#dependentsOf(object).length === 0
      ) {
        const finalizers = object.metadata.finalizers.filter(
          (name) => name !== 'foregroundDeletion',
        );
        this.write(this.#renewed({ ...object, metadata: { ...object.metadata, finalizers } }));
      }
    }
  }

  #sweepNamespace(namespace: LiveObject): void {
    const inside = this.in(namespace.metadata.name);
    for (const object of inside) {
      if (object.metadata.deletionTimestamp === undefined) this.remove(object, 'Background', 0);
    }
    const left = this.in(namespace.metadata.name).length > 0;
    if (left || (namespace.metadata.finalizers ?? []).length > 0) return;
    const now = this.get(keyOf(namespace));
    if (now !== undefined) this.#forgetObject(keyOf(now), now);
  }

  #mark(object: LiveObject, finalizers: readonly string[]): void {
    if (object.metadata.deletionTimestamp !== undefined) return;
    const metadata = {
      ...object.metadata,
      ...(finalizers.length > 0 ? { finalizers } : {}),
      deletionTimestamp: this.at(),
    };
    const status = object.kind === 'Namespace' ? { status: { phase: 'Terminating' } } : {};
    const marked = this.#renewed({ ...object, ...status, metadata });
    this.#version += 1;
    this.#put(keyOf(object), marked);
    this.#going.add(textOf(keyOf(object)));
    this.#tell('MODIFIED', marked, object);
  }

  #put(key: ObjectKey, object: LiveObject): void {
    const namespace = key.namespace ?? '';
    const objects = this.#objects.get(namespace) ?? new Map<string, LiveObject>();
    this.#objects.set(namespace, objects);
    objects.set(textOf(key), object);
  }

  #renewed(object: LiveObject): LiveObject {
    const resourceVersion = String(this.#version + 1);
    return { ...object, metadata: { ...object.metadata, resourceVersion } };
  }

  #orphan(dependent: LiveObject, owner: LiveObject): void {
    const ownerReferences = (dependent.metadata.ownerReferences ?? []).filter(
      ({ uid }) => uid !== owner.metadata.uid,
    );
    this.write(
      this.#renewed({ ...dependent, metadata: { ...dependent.metadata, ownerReferences } }),
    );
  }

  #dependentsOf(owner: LiveObject): readonly LiveObject[] {
    return this.in(owner.metadata.namespace).filter((object) =>
      object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid),
    );
  }

  #forgetObject(key: ObjectKey, object: LiveObject): void {
    const before = this.get(key);
    if (before === undefined) return;
    this.#objects.get(key.namespace ?? '')?.delete(textOf(key));
    this.#going.delete(textOf(key));
    const last = this.#renewed(object);
    this.#version += 1;
    this.#tell('DELETED', last, before);
    for (const dependent of this.#dependentsOf(object)) this.remove(dependent, 'Background', 0);
    this.sweep();
  }

  #tell(
    type: 'ADDED' | 'MODIFIED' | 'DELETED',
    object: LiveObject,
    before: LiveObject | undefined,
  ): void {
    this.log(object).add({ version: this.#version, type, object, before });
    this.#listener();
  }

  #admit(key: ObjectKey): void {
    if (isClusterWide(key.kind)) return;
    const named = { apiVersion: 'v1', kind: 'Namespace', name: key.namespace ?? '' };
    const namespace = this.get(named);
    if (namespace === undefined) {
      throw new PltfError('cluster-refused', {
        detail: `namespaces "${named.name}" not found`,
        fix: 'Nothing to do: it is made again at the next pass.',
      });
    }
    if (namespace.metadata.deletionTimestamp !== undefined) {
      throw new PltfError('cluster-busy', {
        detail: `${key.kind} ${key.name} cannot be made: namespace ${named.name} is being deleted`,
      });
    }
  }

  #born(object: JsonObject, metadata: LiveMetadata): LiveMetadata {
    this.#uids += 1;
    return {
      ...metadata,
      uid: `00000000-0000-4000-8000-${String(this.#uids).padStart(12, '0')}`,
      resourceVersion: String(this.#version + 1),
      creationTimestamp: this.at(),
      ...(countsGenerations(object) ? { generation: 1 } : {}),
    };
  }
}
