import { ComponentName, type NeedEntry } from '@pltf/contracts';
import type { Path } from '../thin-file/sources.ts';
import { piecesOf } from './placeholders.ts';
import { resourceIdentity } from './resource-identity.ts';
import type { ScoreResource } from './score-shape.ts';
import type { ScoreWorkload } from './score-workload.ts';

/** What a resource of a workload is to the platform. */
export type ResourceMeaning =
  | { readonly kind: 'service'; readonly service: string }
  /** The address that the platform gives. */
  | { readonly kind: 'address' }
  | { readonly kind: 'route'; readonly host: string | undefined; readonly path: string | undefined }
  /** Values that whoever deploys it supplies. */
  | { readonly kind: 'environment' }
  | { readonly kind: 'volume' }
  | { readonly kind: 'scaling'; readonly minimum: number; readonly maximum: number }
  | {
      readonly kind: 'offer';
      readonly type: string;
      readonly plan: string | undefined;
      /** Its identity, where it has an id: components that name the same share it. */
      readonly shared?: string;
    };

/** What a resource means, by its type; a type that nobody knows here is an offer that the platform may have. */
export function meaningOf(name: string, resource: ScoreResource): ResourceMeaning {
  const { type, id, params = {} } = resource;
  switch (type) {
    case 'service':
      // The last part of its identity, as the provisioners of Score name it.
      return { kind: 'service', service: (id ?? name).split('.').at(-1) ?? name };
    case 'service-port':
      return typeof params['workload'] === 'string'
        ? { kind: 'service', service: params['workload'] }
        : offer(resource);
    case 'dns':
      return { kind: 'address' };
    case 'route':
      return { kind: 'route', host: text(params['host']), path: text(params['path']) };
    case 'environment':
      return { kind: 'environment' };
    case 'volume':
      return { kind: 'volume' };
    case 'horizontal-pod-autoscaler':
      return scaling(resource);
    default:
      return offer(resource);
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

const offer = (resource: ScoreResource): ResourceMeaning => {
  const { type, class: plan, id } = resource;
  return {
    kind: 'offer',
    type: slug(type),
    plan: plan === undefined || plan === 'default' ? undefined : slug(plan),
    ...(id === undefined ? {} : { shared: resourceIdentity('', '', resource) }),
  };
};

function scaling({ params = {}, ...resource }: ScoreResource): ResourceMeaning {
  const { minReplicas: minimum = 1, maxReplicas: maximum } = params;
  return isCount(minimum) && isCount(maximum) && minimum <= maximum
    ? { kind: 'scaling', minimum, maximum }
    : offer(resource);
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 100;

/** A type of Score as the name of an offer. */
function slug(type: string): string {
  const name = type
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return name === '' ? 'unnamed' : name;
}

/** What a workload's resources are, in the thin file's terms. */
export interface ResourceFindings {
  readonly meanings: ReadonlyMap<string, ResourceMeaning>;
  readonly needs: Readonly<Record<string, NeedEntry>>;
  readonly routes: readonly { readonly host: string; readonly from: Path }[];
  readonly instances?: { readonly range: string; readonly from: Path };
  readonly notes: readonly string[];
}

export function findResources({ document }: ScoreWorkload): ResourceFindings {
  const needs: Record<string, NeedEntry> = {};
  const routes: { host: string; from: Path }[] = [];
  const notes: string[] = [];
  let instances: ResourceFindings['instances'];
  const meanings = new Map<string, ResourceMeaning>();
  for (const [name, resource] of Object.entries(document.resources ?? {})) {
    const meaning = meaningOf(name, resource);
    meanings.set(name, meaning);
    const from = ['resources', name];
    if (meaning.kind === 'service') {
      if (ComponentName.safeParse(meaning.service).success)
        needs[name] = { service: meaning.service };
      else notes.push(`The resource ${name} names no component: \`${meaning.service}\`.`);
    } else if (meaning.kind === 'route') {
      notes.push(...routeNotes(name, meaning));
      if (isLiteral(meaning.host))
        routes.push({ host: meaning.host, from: [...from, 'params', 'host'] });
    } else if (meaning.kind === 'scaling') {
      instances = { range: `${meaning.minimum}..${meaning.maximum}`, from: [...from, 'params'] };
    }
  }
  return { meanings, needs, routes, notes, ...(instances === undefined ? {} : { instances }) };
}

function routeNotes(
  name: string,
  { path }: Extract<ResourceMeaning, { readonly kind: 'route' }>,
): readonly string[] {
  if (path === undefined || path === '/') return [];
  return [`The route ${name} is for \`${path}\` only; here a host leads to all of a component.`];
}

/** A host that is said, not referred to. */
const isLiteral = (host: string | undefined): host is string =>
  host !== undefined && piecesOf(host).every(({ kind }) => kind === 'text');
