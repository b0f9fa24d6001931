import type { DriftedField, PlacementObject } from '@pltf/contracts';
import { marginSeconds, pauseBeforeStopSeconds } from './pod.ts';
import { cpuQuantity, memoryQuantity } from './quantity.ts';
import { coresOf, mebibytesOf } from './read-quantity.ts';

/** What a thin file can say about a placement, besides what its placement says. */
export interface AdoptFacts {
  readonly placement: PlacementObject;
  /** The sizes that its environment allows. */
  readonly sizes: ReadonlyMap<string, { readonly memoryMiB: number; readonly cpu: number }>;
}

export type Adoption = NonNullable<DriftedField['adopt']>;

/**
 * Drifted fields, each with what to write into the thin file so that the platform asks for what is there; without where
 * the file has no word for it. Fields that mean one thing together (memory and processor of a size, both ends of a
 * range) get the same answer.
 */
export const withAdoptions = (
  drift: readonly DriftedField[],
  facts: AdoptFacts,
): readonly DriftedField[] =>
  drift.map((field) => {
    const { adopt: _before, ...told } = field;
    const adopt = adoptionOf(field, drift, facts);
    return adopt === undefined ? told : { ...told, adopt };
  });

const inContainer = /^\.spec\.template\.spec\.containers\[name="[^"]+"\]/;

function adoptionOf(
  field: DriftedField,
  drift: readonly DriftedField[],
  facts: AdoptFacts,
): Adoption | undefined {
  const [kind = ''] = field.object.split(' ', 1);
  const live = (name: string): unknown => liveOf(drift, field.object, name);
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
      return ofWorkload(field, live, facts);
    case 'HorizontalPodAutoscaler':
      return ofAutoscaler(field, live, facts);
    case 'ConfigMap':
      return ofSetting(field);
    case 'HTTPRoute':
      return field.field === '.spec.hostnames' ? routes(live(field.field), facts) : undefined;
    case 'Ingress':
      return field.field === '.spec.rules' ? routes(hostsOf(live(field.field)), facts) : undefined;
    case 'CronJob':
      return field.field === '.spec.schedule' ? text('schedule', live(field.field)) : undefined;
    default:
      return undefined;
  }
}

/** What an object has in a field that drifted; undefined for one that did not, or is not there any more. */
function liveOf(drift: readonly DriftedField[], object: string, name: string): unknown {
  const found = drift.find((one) => one.object === object && one.field === name);
  try {
    return found?.live === undefined ? undefined : JSON.parse(found.live);
  } catch {
    // A value that was too long to keep whole is not one to write into a file.
    return undefined;
  }
}

type Live = (field: string) => unknown;

const text = (path: string, value: unknown): Adoption | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 200 ? { path, value } : undefined;

const isCount = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;

const mostInstances = 100;
const mostPort = 65_535;

const range = (minimum: number, maximum: number): Adoption => ({
  path: 'run.instances',
  value: minimum === maximum ? String(minimum) : `${minimum}..${maximum}`,
});

function ofWorkload(field: DriftedField, live: Live, facts: AdoptFacts): Adoption | undefined {
  const { field: name } = field;
  const { instances } = facts.placement.spec.run;
  if (name === '.spec.replicas') {
    const count = live(name);
    if (!isCount(count, mostInstances)) return undefined;
    const ranges = instances.maximum > instances.minimum;
    return range(count, ranges ? Math.max(count, instances.maximum) : count);
  }
  if (name === '.spec.template.spec.terminationGracePeriodSeconds') return drain(live(name), facts);
  const inside = name.replace(inContainer, '');
  if (inside === name) return undefined;
  const container = name.slice(0, name.length - inside.length);
  if (inside.startsWith('.resources.')) return size((at) => live(`${container}${at}`), facts);
  if (/^\.(?:readiness|startup)Probe\.httpGet\.path$/.test(inside)) {
    const path = live(name);
    return typeof path === 'string' && path.startsWith('/') ? text('run.health', path) : undefined;
  }
  // A file in a repository names the members of a list, a cluster the numbers of ports.
  if (/^\.ports\[name="[^"]+"\]\.containerPort$/.test(inside)) {
    const number = live(name);
    return isCount(number, mostPort) ? { path: 'run.port', value: String(number) } : undefined;
  }
  return /^\.ports\[containerPort=\d+/.test(inside) ? port(field) : undefined;
}

/** The time to finish what is in flight is what is left of the grace without the pause and the margin. */
function drain(grace: unknown, { placement }: AdoptFacts): Adoption | undefined {
  if (typeof grace !== 'number') return undefined;
  const { kind } = placement.spec;
  const pause = kind === 'service' || kind === 'site' ? pauseBeforeStopSeconds : 0;
  const seconds = grace - pause - marginSeconds;
  return seconds >= 0 && seconds <= 3_600 ? { path: 'run.drain', value: `${seconds}s` } : undefined;
}

function size(live: Live, { placement, sizes }: AdoptFacts): Adoption | undefined {
  const { memoryMiB, cpu } = placement.spec.run;
  // An amount may be a number as well: `cpu: 1`.
  const amount = (at: string, asked: string): string => {
    const value = live(`.resources.${at}`);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : asked;
  };
  const memory = mebibytesOf(amount('requests.memory', memoryQuantity(memoryMiB)));
  const limited = mebibytesOf(amount('limits.memory', memoryQuantity(memoryMiB)));
  const cores = coresOf(amount('requests.cpu', cpuQuantity(cpu)));
  const changed = [memory, limited].filter((amount) => amount !== memoryMiB);
  const asked = changed[0] ?? memoryMiB;
  // A limit that is raised without its request means the limit; two amounts that are both new mean no size.
  if (changed.length === 2 && memory !== limited) return undefined;
  for (const [name, one] of sizes)
    if (one.memoryMiB === asked && one.cpu === cores) return { path: 'run.size', value: name };
  return undefined;
}

/** A port is the name of its place in the list: the new one was added, and the old one is gone. */
function port({ field, live, wanted }: DriftedField): Adoption | undefined {
  const [, number] = /\.ports\[containerPort=(\d{1,5})/.exec(field) ?? [];
  if (number === undefined || live === undefined || wanted !== undefined) return undefined;
  return { path: 'run.port', value: number };
}

function ofAutoscaler(field: DriftedField, live: Live, facts: AdoptFacts): Adoption | undefined {
  if (!/^\.spec\.(?:min|max)Replicas$/.test(field.field)) return undefined;
  const { instances } = facts.placement.spec.run;
  const minimum = live('.spec.minReplicas') ?? Math.max(1, instances.minimum);
  const maximum = live('.spec.maxReplicas') ?? instances.maximum;
  if (!isCount(minimum, mostInstances) || !isCount(maximum, mostInstances)) return undefined;
  return minimum > maximum ? undefined : range(minimum, maximum);
}

/** Settings of the platform itself are not the team's to change. */
function ofSetting({ field, live, object }: DriftedField): Adoption | undefined {
  const [, key] = /^\.data\.([A-Za-z_][A-Za-z0-9_]{0,99})$/.exec(field) ?? [];
  if (key === undefined || live === undefined || key.startsWith('PLTF_')) return undefined;
  if (object.endsWith('-dashboard')) return undefined;
  const value = parsed(live);
  return typeof value === 'string' && value.length <= 1_000
    ? { path: `run.env.${key}`, value }
    : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const hostsOf = (rules: unknown): unknown =>
  Array.isArray(rules)
    ? rules.map((rule: { readonly host?: unknown } | null) => rule?.host)
    : rules;

/** The platform's own host is there by itself; the file lists the others. */
function routes(hosts: unknown, { placement }: AdoptFacts): Adoption | undefined {
  const [own] = placement.spec.routes;
  if (!Array.isArray(hosts) || own === undefined || !hosts.includes(own.host)) return undefined;
  const others = hosts.filter((host) => host !== own.host);
  const plain = placement.spec.routes.every(
    (route) => route.public === own.public && route.signIn === own.signIn,
  );
  if (!plain || others.some((host) => typeof host !== 'string' || !/^[a-z0-9.-]+$/.test(host)))
    return undefined;
  return { path: 'routes', value: others.join(', ') };
}
