import type { JsonObject, JsonValue } from '@pltf/plan/render';
import { parseAllDocuments } from 'yaml';
import type { MemoryCluster } from '../../../cluster/testing/memory-cluster.ts';
import type { EnvironmentRepo } from '../../../environment-repo/index.ts';

/** An object of a manifest, as it is read from the repository. */
export interface Manifested {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** The cluster that a simulated Argo CD brings commits to. */
export interface SyncTarget {
  /** Throws when the cluster refuses it. */
  apply(object: Manifested): Promise<void>;
  remove(object: Manifested): Promise<void>;
  health(object: Manifested): Promise<'Healthy' | 'Progressing' | 'Degraded' | 'Missing'>;
}

export interface SimulatedArgoOptions {
  readonly repo: EnvironmentRepo;
  readonly branch: string;
  readonly ring: string;
  readonly hub: MemoryCluster;
  readonly target: SyncTarget;
  /** As `controller.resource.health.persist`. */
  readonly tellsHealth?: boolean;
}

const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' } as const;
const namespace = 'argocd';
const guard = 'argocd.argoproj.io/sync-options';
const wave = 'argocd.argoproj.io/sync-wave';

interface Followed {
  readonly applied: Map<string, Manifested>;
  allowEmpty: boolean;
}

/**
 * Does what Argo CD does with a repository, as far as its documentation says it and no further: follows the followers'
 * folder, applies by waves, prunes what a commit took out, asks before it prunes what is marked so, refuses to become
 * empty, and writes into each Application what came of it.
 */
export class SimulatedArgo {
  readonly #options: SimulatedArgoOptions;
  readonly #followed = new Map<string, Followed>();

  constructor(options: SimulatedArgoOptions) {
    this.#options = options;
    options.hub.edit({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, 'test', {});
  }

  /** One look at the repository, and all that follows from it. */
  async sync(): Promise<void> {
    const { repo, branch, ring, hub } = this.#options;
    const head = await repo.head(`refs/heads/${branch}`);
    if (head === undefined) return;
    const files = await repo.list(head, `argocd/${ring}/followers`);
    const there = new Set<string>();
    for (const { path } of files) {
      const [spec] = await this.#documents(head, path);
      if (spec?.kind !== 'Application') continue;
      there.add(spec.metadata.name);
      hub.edit(keyOf(spec.metadata.name), 'argocd', {
        ...(JSON.parse(JSON.stringify(spec)) as JsonObject),
      });
      await this.#syncOne(head, spec);
    }
    for (const name of this.#followed.keys()) {
      if (there.has(name)) continue;
      this.#followed.delete(name);
      await hub.delete(keyOf(name));
    }
  }

  async #syncOne(head: string, spec: Manifested): Promise<void> {
    const { name } = spec.metadata;
    const { source, syncPolicy } = spec['spec'] as {
      readonly source: { readonly path: string };
      readonly syncPolicy: { readonly automated: { readonly allowEmpty: boolean } };
    };
    const known = this.#followed.get(name) ?? { applied: new Map(), allowEmpty: false };
    this.#followed.set(name, known);
    const wanted = await this.#wanted(head, source.path);
    if (wanted === undefined) {
      this.#tell(name, {
        conditions: [{ type: 'ComparisonError', message: 'app path does not exist' }],
      });
      return;
    }
    const gone = [...known.applied.values()].filter((one) => !wanted.has(idOf(one)));
    const empties = wanted.size === 0 && gone.length > 0;
    if (empties && !syncPolicy.automated.allowEmpty) {
      this.#tell(name, {
        conditions: [{ type: 'SyncError', message: 'would wipe out all resources' }],
      });
      return;
    }
    const failure = await this.#applyWaves([...wanted.values()], known);
    const asks = failure === undefined ? await this.#prune(gone, known) : [];
    await this.#report(name, head, { wanted, known, failure, asks });
  }

  /** By waves: the next one begins when all of this one is well, and a failed one ends the sync. */
  async #applyWaves(objects: readonly Manifested[], known: Followed): Promise<string | undefined> {
    const { target } = this.#options;
    const numbers = [...new Set(objects.map(waveOf))].toSorted((a, b) => a - b);
    for (const number of numbers) {
      const those = objects.filter((one) => waveOf(one) === number);
      for (const object of those) {
        const before = known.applied.get(idOf(object));
        if (before !== undefined && JSON.stringify(before) === JSON.stringify(object)) continue;
        try {
          await target.apply(object);
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
        known.applied.set(idOf(object), object);
      }
      if (numbers.length === 1) return undefined;
      for (const object of those) {
        const health = await target.health(object);
        if (health === 'Degraded')
          return `one or more objects failed: ${object.kind} ${object.metadata.name}`;
        if (health !== 'Healthy') return waiting;
      }
    }
    return undefined;
  }

  /** Answers what it asks people about. */
  async #prune(gone: readonly Manifested[], known: Followed): Promise<readonly Manifested[]> {
    const asks: Manifested[] = [];
    for (const object of gone) {
      const said = object.metadata.annotations?.[guard] ?? '';
      if (said.includes('Prune=confirm')) {
        asks.push(object);
        continue;
      }
      if (!said.includes('Prune=false')) await this.#options.target.remove(object);
      known.applied.delete(idOf(object));
    }
    return asks;
  }

  async #report(
    name: string,
    revision: string,
    { wanted, known, failure, asks }: SyncOutcome,
  ): Promise<void> {
    const resources = [];
    const healths: string[] = [];
    for (const object of new Map([...known.applied, ...wanted]).values()) {
      const applied = known.applied.get(idOf(object));
      const health = applied === undefined ? 'Missing' : await this.#options.target.health(object);
      healths.push(health);
      const synced = wanted.has(idOf(object)) && sameAs(applied, wanted.get(idOf(object)));
      resources.push({
        kind: object.kind,
        name: object.metadata.name,
        ...(object.metadata.namespace === undefined
          ? {}
          : { namespace: object.metadata.namespace }),
        status: synced ? 'Synced' : 'OutOfSync',
        ...(this.#options.tellsHealth === false ? {} : { health: { status: health } }),
      });
    }
    const synced = resources.every(({ status }) => status === 'Synced');
    const running = failure === waiting || asks.length > 0;
    const message = asks.length > 0 ? 'waiting for pruning confirmation' : (failure ?? 'synced');
    this.#tell(name, {
      sync: { status: synced ? 'Synced' : 'OutOfSync', revision },
      health: { status: worst(healths) },
      conditions: [],
      resources,
      operationState: {
        phase: running ? 'Running' : failure === undefined ? 'Succeeded' : 'Failed',
        message,
        syncResult: { revision },
      },
    });
  }

  #tell(name: string, status: JsonObject): void {
    this.#options.hub.edit(
      keyOf(name),
      'argocd-controller',
      { status: { ...status, reconciledAt: new Date().toISOString() } as JsonValue },
      'status',
    );
  }

  /** Undefined when there is no such folder. */
  async #wanted(head: string, folder: string): Promise<Map<string, Manifested> | undefined> {
    const files = await this.#options.repo.list(head, folder);
    if (files.length === 0) return undefined;
    const found = new Map<string, Manifested>();
    for (const { path } of files) {
      if (!/\.(?:ya?ml|json)$/.test(path)) continue;
      for (const object of await this.#documents(head, path)) found.set(idOf(object), object);
    }
    return found;
  }

  async #documents(head: string, path: string): Promise<readonly Manifested[]> {
    const bytes = await this.#options.repo.read(head, path);
    if (bytes === undefined) return [];
    return parseAllDocuments(new TextDecoder().decode(bytes)).map(
      (document) => document.toJSON() as Manifested,
    );
  }
}

interface SyncOutcome {
  readonly wanted: ReadonlyMap<string, Manifested>;
  readonly known: Followed;
  readonly failure: string | undefined;
  readonly asks: readonly Manifested[];
}

const waiting = 'waiting for healthy state of the wave';

const keyOf = (name: string) => ({ ...application, namespace, name });

export const idOf = ({ kind, metadata }: Manifested): string =>
  `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

const waveOf = ({ metadata }: Manifested): number => Number(metadata.annotations?.[wave] ?? '0');

const sameAs = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const order = ['Degraded', 'Missing', 'Progressing', 'Healthy'];
const worst = (healths: readonly string[]): string =>
  order.find((one) => healths.includes(one)) ?? 'Healthy';
