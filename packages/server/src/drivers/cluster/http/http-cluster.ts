import { type ExecOutput, PltfError } from '@pltf/contracts';
import type {
  ClusterApi,
  FieldConflict,
  Kind,
  ListOptions,
  LiveObject,
  ObjectKey,
  Served,
  WatchEvent,
} from '../cluster-api.ts';
import { listAt, textAt } from '../json-read.ts';
import { unlessAborted } from '../reconnect.ts';
import { type ClusterRequest, Connection, type ConnectionOptions } from './connection.ts';
import { type Discovered, discover, kindName } from './discovery.ts';
import { selectors, watchKind } from './kind-events.ts';
import { endsInput, execInPod } from './pod-exec.ts';
import { podLines } from './pod-log.ts';

const fieldManager = 'pltf';
const pageSize = 500;
const discoveryMs = 600_000;

/** The cluster of a context, over HTTP. Nothing is asked before something is wanted. */
export const openCluster = (options: ConnectionOptions): ClusterApi => new HttpCluster(options);

class HttpCluster implements ClusterApi {
  readonly name: string;
  readonly #connection: Connection;
  #discovered: { readonly value: Discovered; readonly at: number } | undefined;
  #discovering: Promise<Discovered> | undefined;

  constructor(options: ConnectionOptions) {
    this.name = options.name;
    this.#connection = new Connection(options);
  }

  async served(
    options: { readonly fresh?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Served> {
    return unlessAborted(this.#discover(options.fresh === true), options.signal);
  }

  async get(key: ObjectKey, signal?: AbortSignal): Promise<LiveObject | undefined> {
    const answer = await this.#connection.ask(
      {
        method: 'GET',
        path: await this.#path(key, key),
        about: describe(key),
        signal,
        repeatable: true,
      },
      [404],
    );
    return answer.status === 404 ? undefined : (answer.body as LiveObject);
  }

  async list(
    kind: Kind,
    options: ListOptions = {},
  ): Promise<{ readonly items: readonly LiveObject[]; readonly resourceVersion: string }> {
    const path = await this.#path(kind, { namespace: options.namespace });
    const items: LiveObject[] = [];
    let token: string | undefined;
    let version = '';
    do {
      const query = selectors(options);
      query.set('limit', String(pageSize));
      if (token !== undefined) query.set('continue', token);
      // A continue token that is too old is a 410: whoever takes pages begins again by himself.
      const { status, body } = await this.#connection.ask(
        {
          method: 'GET',
          path: `${path}?${query.toString()}`,
          about: `a list of ${kind.kind}`,
          signal: options.signal,
          repeatable: true,
        },
        options.page === undefined && token !== undefined ? [410] : [],
      );
      if (status === 410) {
        items.length = 0;
        token = undefined;
        continue;
      }
      // Objects in a list do not say what they are.
      const page = listAt(body, 'items').map((item) => ({
        ...(item as LiveObject),
        ...kindOf(kind),
      }));
      if (options.page === undefined) items.push(...page);
      else options.page(page);
      version = textAt(body, 'metadata', 'resourceVersion') ?? '';
      token = textAt(body, 'metadata', 'continue') ?? '';
    } while (token !== '');
    return { items, resourceVersion: version };
  }

  async apply(
    ...[object, options = {}]: Parameters<ClusterApi['apply']>
  ): ReturnType<ClusterApi['apply']> {
    const { apiVersion, kind, metadata } = object;
    const key = { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
    const query = new URLSearchParams({ fieldManager, fieldValidation: 'Strict' });
    if (options.force === true) query.set('force', 'true');
    if (options.dryRun === true) query.set('dryRun', 'All');
    const request: ClusterRequest = {
      method: 'PATCH',
      path: `${await this.#path(key, key)}?${query.toString()}`,
      about: describe(key),
      body: JSON.stringify(object),
      contentType: 'application/apply-patch+yaml',
      signal: options.signal,
      repeatable: true,
    };
    const { status, body } = await this.#connection.ask(request, [409]);
    if (status < 400) return { ok: true, object: body as LiveObject };
    const conflicts = conflictsOf(body);
    if (conflicts.length > 0) return { ok: false, conflicts };
    throw new PltfError('conflict', {
      detail: `${describe(key)} was changed in the cluster ${this.name} meanwhile: ${textAt(body, 'message') ?? ''}`,
    });
  }

  async patch(
    ...[key, patch, options = {}]: Parameters<ClusterApi['patch']>
  ): ReturnType<ClusterApi['patch']> {
    const subresource = options.subresource === undefined ? '' : `/${options.subresource}`;
    const { status, body } = await this.#connection.ask(
      {
        method: 'PATCH',
        path: `${await this.#path(key, key)}${subresource}?fieldManager=${fieldManager}`,
        about: describe(key),
        body: JSON.stringify(patch),
        contentType: `application/${Array.isArray(patch) ? 'json-patch' : 'merge-patch'}+json`,
        signal: options.signal,
        repeatable: false,
      },
      [404],
    );
    if (status === 404) {
      throw new PltfError('not-found', { detail: `${describe(key)} is not in the cluster` });
    }
    return body as LiveObject;
  }

  async delete(
    ...[key, options = {}]: Parameters<ClusterApi['delete']>
  ): ReturnType<ClusterApi['delete']> {
    const { status, body } = await this.#connection.ask(
      {
        method: 'DELETE',
        path: await this.#path(key, key),
        about: describe(key),
        body: JSON.stringify({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: options.propagation ?? 'Background',
          ...(options.graceSeconds === undefined
            ? {}
            : { gracePeriodSeconds: options.graceSeconds }),
          ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
        }),
        signal: options.signal,
        // With a uid the same again finds what it named, or nothing.
        repeatable: options.uid !== undefined,
      },
      options.uid === undefined ? [404] : [404, 409],
    );
    if (status === 404) return 'gone';
    // Another object has the name now. A namespace that is going already answers 409 too.
    if (status === 409)
      return /precondition/i.test(textAt(body, 'message') ?? '') ? 'gone' : 'going';
    return textAt(body, 'metadata', 'deletionTimestamp') === undefined ? 'gone' : 'going';
  }

  async *watch(...[kind, options]: Parameters<ClusterApi['watch']>): AsyncGenerator<WatchEvent> {
    const path = await this.#path(kind, { namespace: options.namespace });
    yield* watchKind(this.#connection, kind, { ...options, path });
  }

  podLog(
    ...[namespace, pod, options]: Parameters<ClusterApi['podLog']>
  ): ReturnType<ClusterApi['podLog']> {
    return podLines(this.#connection, namespace, pod, options);
  }

  async *exec(
    ...[namespace, pod, options]: Parameters<ClusterApi['exec']>
  ): AsyncGenerator<ExecOutput> {
    const { stdin, signal } = options;
    const ends = stdin !== undefined && endsInput(await this.served({ signal }));
    yield* execInPod(this.#connection, namespace, pod, options, ends);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }

  async #discover(fresh: boolean): Promise<Discovered> {
    const known = this.#discovered;
    if (!fresh && known !== undefined && performance.now() - known.at < discoveryMs) {
      return known.value;
    }
    // Many ask at the start; one asks for all, and nobody's signal ends it for the others.
    this.#discovering ??= discover(this.#connection, known?.value).finally(() => {
      this.#discovering = undefined;
    });
    const value = await this.#discovering;
    this.#discovered = { value, at: performance.now() };
    return value;
  }

  async #path(
    kind: Kind,
    at: { readonly namespace?: string | undefined; readonly name?: string | undefined },
  ): Promise<string> {
    const { resources } = await this.#discover(false);
    const resource = resources.get(kindName(kind));
    if (resource === undefined) {
      throw new PltfError('cluster-refused', {
        detail: `the cluster ${this.name} does not serve ${kind.apiVersion} ${kind.kind}`,
        fix: 'Install what brings this API, or leave out what needs it.',
      });
    }
    const root = kind.apiVersion.includes('/')
      ? `/apis/${kind.apiVersion}`
      : `/api/${kind.apiVersion}`;
    const namespace =
      resource.namespaced && at.namespace !== undefined
        ? `/namespaces/${encodeURIComponent(at.namespace)}`
        : '';
    const name = at.name === undefined ? '' : `/${encodeURIComponent(at.name)}`;
    return `${root}${namespace}/${resource.name}${name}`;
  }
}

const kindOf = ({ apiVersion, kind }: Kind): Kind => ({ apiVersion, kind });

const describe = ({ kind, namespace, name }: ObjectKey): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

const conflictsOf = (body: unknown): readonly FieldConflict[] =>
  listAt(body, 'details', 'causes')
    .filter((cause) => textAt(cause, 'reason') === 'FieldManagerConflict')
    .map((cause) => ({
      field: textAt(cause, 'field') ?? '',
      // `conflict with "kubectl-edit" using apps/v1 at 2026-01-01T00:00:00Z`
      manager: /"([^"]*)"/.exec(textAt(cause, 'message') ?? '')?.[1] ?? 'unknown',
    }));
