import {
  at,
  beside,
  type Json,
  listOf,
  objectOf,
  type ReadFile,
  readObjects,
  textOf,
} from './files.ts';
import { resourceNameOf } from './matching.ts';

/** What a test gives in place of a cluster: objects, images, namespaces, the user, values of the request. */
export interface SuiteContext {
  readonly functions: Readonly<Record<string, (...args: unknown[]) => unknown>>;
  readonly namespaceOf: (name: string) => Json;
  readonly requestOf: (policy: string, object: Json) => Json;
}

/** Reads the files that a test names besides policies and resources. `now` is what `time.now()` gives. */
export function contextOf(test: Json, path: string, read: ReadFile, now: Date): SuiteContext {
  const optional = (name: unknown): Json =>
    typeof name === 'string' ? objectOf(readObjects(read, beside(path, name))[0]) : {};
  const values = optional(test.variables);
  const given = objectOf(optional(test.context).spec);
  const user = objectOf(optional(test.userinfo).userInfo);
  const namespaces = listOf(values.namespaces).map(objectOf);
  return {
    functions: functionsOf(given, now),
    namespaceOf: (name) =>
      namespaces.find((one) => at(one, 'metadata', 'name') === name) ?? {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      },
    requestOf: (policy, object) => requestOf(values, user, policy, object),
  };
}

function functionsOf(given: Json, now: Date): SuiteContext['functions'] {
  const objects = listOf(given.resources).map(objectOf);
  const images = listOf(given.images).map(objectOf);
  const isOf = (object: Json, version: unknown, resource: unknown): boolean =>
    object.apiVersion === version && resourceNameOf(object).resource === resource;
  const find = (version: unknown, resource: unknown, namespace: unknown, name: unknown): Json => {
    const found = objects.find(
      (object) =>
        isOf(object, version, resource) &&
        at(object, 'metadata', 'name') === name &&
        (at(object, 'metadata', 'namespace') ?? '') === namespace,
    );
    if (found === undefined)
      throw new Error(`${String(resource)} ${String(name)} is not in the context`);
    return found;
  };
  const list = (version: unknown, resource: unknown, namespace?: unknown): Json => ({
    items: objects.filter(
      (object) =>
        isOf(object, version, resource) &&
        (namespace === undefined ||
          namespace === '' ||
          at(object, 'metadata', 'namespace') === namespace),
    ),
  });
  return {
    'resource.Get/4': find,
    'resource.Get/3': (version, resource, name) => find(version, resource, '', name),
    'resource.List/2': list,
    'resource.List/3': list,
    'image.GetMetadata/1': (image) => {
      const found = images.find((one) => sameImage(one.image, image));
      if (found === undefined) throw new Error(`image ${String(image)} is not in the context`);
      return found;
    },
    'time.now/0': () => now,
    'parseServiceAccount/1': (name) => {
      const [, namespace, account] =
        /^system:serviceaccount:([^:]*):([^:]*)$/.exec(String(name)) ?? [];
      return { Namespace: namespace ?? '', Name: account ?? '' };
    },
  };
}

function sameImage(left: unknown, right: unknown): boolean {
  const whole = (image: unknown): string => {
    const text = String(image);
    const first = text.split('/')[0] ?? '';
    const hasHost = text.includes('/') && /[.:]|^localhost$/.test(first);
    const name = hasHost ? text : `docker.io/${text}`;
    const plain = name.replace(/^docker\.io\/library\//, 'docker.io/');
    return /:[^/]*$/.test(plain) || plain.includes('@') ? plain : `${plain}:latest`;
  };
  return whole(left) === whole(right);
}

function requestOf(values: Json, user: Json, policy: string, object: Json): Json {
  const { group, version, kind, resource } = resourceNameOf(object);
  const name = textOf(at(object, 'metadata', 'name')) ?? '';
  const own = listOf(values.policies)
    .map(objectOf)
    .filter((one) => one.name === policy)
    .flatMap((one) => listOf(one.resources).map(objectOf))
    .filter((one) => one.name === name)
    .map((one) => objectOf(one.values));
  const set = Object.assign({}, objectOf(values.globalValues), ...own) as Json;
  const requested = Object.entries(set)
    .filter(([key]) => key.startsWith('request.'))
    .map(([key, value]) => [key.slice('request.'.length), value]);
  return {
    operation: 'CREATE',
    kind: { group, version, kind },
    resource: { group, version, resource },
    name,
    namespace: textOf(at(object, 'metadata', 'namespace')) ?? '',
    userInfo: user,
    object,
    ...(Object.fromEntries(requested) as Json),
  };
}
