import type { Kind, Served } from '../cluster-api.ts';
import { fieldAt, listAt, numberAt, textAt } from '../json-read.ts';
import type { Connection } from './connection.ts';

/** How a kind is asked for. */
export interface Resource {
  /** `deployments`. */
  readonly name: string;
  readonly namespaced: boolean;
}

export interface Discovered extends Served {
  readonly resources: ReadonlyMap<string, Resource>;
}

const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

/**
 * What a cluster serves: two requests where it has aggregated discovery (1.26 and later), else one for each version of
 * each group. A group whose server does not answer stays as it was `before`, and does not break the rest.
 */
export async function discover(
  connection: Connection,
  before: Discovered | undefined,
  signal?: AbortSignal,
): Promise<Discovered> {
  const get = (path: string, accept?: string): ReturnType<Connection['ask']> =>
    connection.ask({
      method: 'GET',
      path,
      about: 'what it serves',
      accept,
      signal,
      repeatable: true,
    });
  const [core, groups, version] = await Promise.all([
    get('/api', aggregated),
    get('/apis', aggregated),
    get('/version'),
  ]);
  const resources = new Map<string, Resource>();
  for (const answer of [core, groups]) {
    if (isAggregated(answer.contentType)) readAggregated(answer.body, resources, before);
  }
  const paths = [
    ...(isAggregated(core.contentType) ? [] : ['/api/v1']),
    ...(isAggregated(groups.contentType) ? [] : groupPaths(groups.body)),
  ];
  await Promise.all(
    paths.map(async (path) => {
      const apiVersion = path.replace(/^\/apis?\//, '');
      try {
        readList(apiVersion, (await get(path)).body, resources);
      } catch (error) {
        signal?.throwIfAborted();
        if (path === '/api/v1') throw error;
        keep(apiVersion, before, resources);
      }
    }),
  );
  const kinds = new Set(resources.keys());
  return { minor: minorOf(version.body, kinds), kinds, resources };
}

export const kindName = ({ apiVersion, kind }: Kind): string => `${apiVersion}/${kind}`;

const isAggregated = (contentType: string): boolean =>
  contentType.includes('APIGroupDiscoveryList');

const groupPaths = (body: unknown): readonly string[] =>
  listAt(body, 'groups').flatMap((group) =>
    listAt(group, 'versions').map((version) => `/apis/${textAt(version, 'groupVersion') ?? ''}`),
  );

function readAggregated(
  body: unknown,
  resources: Map<string, Resource>,
  before: Discovered | undefined,
): void {
  for (const item of listAt(body, 'items')) {
    const group = textAt(item, 'metadata', 'name') ?? '';
    for (const version of listAt(item, 'versions')) {
      const name = textAt(version, 'version') ?? '';
      const apiVersion = group === '' ? name : `${group}/${name}`;
      const found = listAt(version, 'resources');
      if (textAt(version, 'freshness') === 'Stale' && found.length === 0) {
        keep(apiVersion, before, resources);
      }
      for (const resource of found) {
        const kind = textAt(resource, 'responseKind', 'kind');
        const plural = textAt(resource, 'resource');
        if (kind === undefined || plural === undefined) continue;
        const namespaced = textAt(resource, 'scope') === 'Namespaced';
        resources.set(`${apiVersion}/${kind}`, { name: plural, namespaced });
      }
    }
  }
}

function readList(apiVersion: string, body: unknown, resources: Map<string, Resource>): void {
  for (const resource of listAt(body, 'resources')) {
    const name = textAt(resource, 'name') ?? '';
    const kind = textAt(resource, 'kind');
    // Subresources have a slash, and answer with kinds of others.
    if (kind === undefined || name === '' || name.includes('/')) continue;
    const namespaced = fieldAt(resource, 'namespaced') === true;
    resources.set(`${apiVersion}/${kind}`, { name, namespaced });
  }
}

function keep(
  apiVersion: string,
  before: Discovered | undefined,
  resources: Map<string, Resource>,
): void {
  for (const [name, resource] of before?.resources ?? []) {
    if (name.slice(0, name.lastIndexOf('/')) === apiVersion) resources.set(name, resource);
  }
}

/** Kinds by the minor version that brought them, the newest first, for servers that do not say their version. */
const broughtBy: readonly (readonly [number, string])[] = [
  [30, 'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy'],
  [29, 'flowcontrol.apiserver.k8s.io/v1/FlowSchema'],
  [26, 'flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema'],
  [23, 'autoscaling/v2/HorizontalPodAutoscaler'],
  [21, 'batch/v1/CronJob'],
];

function minorOf(version: unknown, kinds: ReadonlySet<string>): number {
  const said = Number.parseInt(textAt(version, 'minor') ?? '', 10);
  if (said > 0) return said;
  const named = /^v1\.(\d+)/.exec(textAt(version, 'gitVersion') ?? '')?.[1];
  if (named !== undefined) return Number(named);
  const brought = broughtBy.find(([, kind]) => kinds.has(kind))?.[0];
  return brought ?? numberAt(version, 'emulationMinor') ?? 20;
}
