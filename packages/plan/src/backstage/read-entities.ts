import type { ErrorItem } from '@pltf/contracts';
import { z } from 'zod';
import { byPlace, describeIssue } from '../thin-file/shape-problems.ts';
import { readYamlDocuments, type YamlPlaces } from '../yaml-text.ts';
import { entityRef, parseEntityRef } from './entity-ref.ts';
import { Envelope, entityVersions, isKnownKind, specShapes } from './entity-shape.ts';

/** One thing of a catalogue and what it says of others. */
export interface CatalogEntity {
  /** `component:default/shop`, lower case. */
  readonly ref: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly type?: string;
  readonly lifecycle?: string;
  /** In full, like `group:default/team-shop`. */
  readonly owner?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly links: readonly { readonly url: string; readonly title?: string | undefined }[];
  /** Forward only, in Backstage's words: `ownedBy`, `partOf`, `dependsOn` … */
  readonly relations: readonly { readonly type: string; readonly target: string }[];
  /** `catalog-info.yaml:1:1` */
  readonly where: string;
}

export type ReadEntities =
  | { readonly ok: true; readonly entities: readonly CatalogEntity[] }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

export const entityFileLimits = {
  maximumBytes: 1024 * 1024,
  maximumDocuments: 1_000,
  example:
    'The smallest has `apiVersion: backstage.io/v1alpha1`, `kind: Component`, `metadata: {name: shop}` and a `spec` with type, lifecycle and owner.',
} as const;

/**
 * Reads every entity of a `catalog-info.yaml`. Keys and kinds that only others know are left alone; what is wrong with
 * a kind known here comes all at once, each with its place. Never throws.
 */
export function readEntities(text: string, fileName = 'catalog-info.yaml'): ReadEntities {
  const read = readYamlDocuments(text, { fileName, ...entityFileLimits });
  if (!read.ok) return read;
  const problems: ErrorItem[] = [];
  const entities: CatalogEntity[] = [];
  const seen = new Map<string, string>();
  for (const { value, places } of read.documents) {
    const found = readEntity(value, places);
    if ('problems' in found) {
      problems.push(...found.problems);
      continue;
    }
    const before = seen.get(found.entity.ref);
    seen.set(found.entity.ref, found.entity.where);
    if (before === undefined) entities.push(found.entity);
    else {
      const message = `\`${found.entity.ref}\` is there twice`;
      const fix = `It is at ${before} too; names are the same in upper and lower case.`;
      problems.push({ where: places.value(['metadata', 'name']), message, fix });
    }
  }
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, 100).toSorted(byPlace) };
  return { ok: true, entities };
}

type Found = { readonly entity: CatalogEntity } | { readonly problems: readonly ErrorItem[] };

function readEntity(value: unknown, places: YamlPlaces): Found {
  const envelope = Envelope.safeParse(value);
  if (!envelope.success) return { problems: describe(Envelope, envelope.error, value, places) };
  const { kind, apiVersion } = envelope.data;
  if (!isKnownKind(kind)) return entityFrom(envelope.data, {}, places);
  if (!entityVersions.includes(apiVersion)) {
    const message = `apiVersion: \`${apiVersion.slice(0, 60)}\` is not one of a ${kind}`;
    const fix = `Write \`${entityVersions[0]}\`.`;
    return { problems: [{ where: places.value(['apiVersion']), message, fix }] };
  }
  const shape = z.looseObject({ spec: specShapes[kind] });
  const whole = shape.safeParse(value);
  if (!whole.success) return { problems: describe(shape, whole.error, value, places) };
  return entityFrom(envelope.data, whole.data.spec, places);
}

const describe = (
  shape: z.ZodType,
  error: z.ZodError,
  value: unknown,
  places: YamlPlaces,
): readonly ErrorItem[] =>
  error.issues.slice(0, 100).flatMap((issue) =>
    describeIssue(issue, {
      shape,
      value,
      places,
      example: entityFileLimits.example,
      otherWords: {},
      fixFor: () => 'See the descriptor format of Backstage.',
    }),
  );

type SpecValues = Readonly<Record<string, unknown>>;

function entityFrom(envelope: Envelope, spec: SpecValues, places: YamlPlaces): Found {
  const { kind, metadata } = envelope;
  const { name, namespace = 'default', title, description = '', links = [] } = metadata;
  const problems: ErrorItem[] = [];
  const relations = relationFields(kind).flatMap(({ key, type, target }) =>
    refsIn(spec[key]).flatMap((text, index) => {
      const ref = parseEntityRef(text, {
        namespace,
        ...(target === undefined ? {} : { kind: target }),
      });
      if (ref !== undefined) return [{ type, target: entityRef(ref) }];
      const path = ['spec', key, ...(Array.isArray(spec[key]) ? [index] : [])];
      const message = `spec.${key}: \`${text.slice(0, 100)}\` is no reference`;
      const fix = `Write \`${target === undefined ? 'component' : ''}${target?.toLowerCase() ?? ''}:default/name\`.`;
      problems.push({ where: places.value(path), message, fix });
      return [];
    }),
  );
  if (problems.length > 0) return { problems };
  const owner = relations.find(({ type }) => type === 'ownedBy')?.target;
  return {
    entity: {
      ref: entityRef({ kind, namespace, name }),
      kind,
      namespace,
      name,
      ...(title === undefined ? {} : { title }),
      description,
      ...textAt(spec, 'type'),
      ...textAt(spec, 'lifecycle'),
      ...(owner === undefined ? {} : { owner }),
      labels: metadata.labels ?? {},
      annotations: metadata.annotations ?? {},
      tags: metadata.tags ?? [],
      links: links.map(({ url, title: label }) => ({ url, title: label })),
      relations,
      where: places.value([]),
    },
  };
}

const textAt = <K extends string>(spec: SpecValues, key: K): { readonly [P in K]?: string } => {
  const value = spec[key];
  return (typeof value === 'string' ? { [key]: value } : {}) as { readonly [P in K]?: string };
};

function refsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

interface RelationField {
  readonly key: string;
  readonly type: string;
  /** The kind that is meant where none is named; absent: one has to be. */
  readonly target?: string;
}

function relationFields(kind: string): readonly RelationField[] {
  if (!isKnownKind(kind)) return [];
  const group = [
    { key: 'parent', type: 'childOf', target: 'Group' },
    { key: 'children', type: 'parentOf', target: 'Group' },
    { key: 'members', type: 'hasMember', target: 'User' },
    { key: 'memberOf', type: 'memberOf', target: 'Group' },
  ];
  if (kind === 'Group' || kind === 'User') return group;
  return [
    { key: 'owner', type: 'ownedBy', target: 'Group' },
    { key: 'system', type: 'partOf', target: 'System' },
    { key: 'subcomponentOf', type: 'partOf', target: 'Component' },
    { key: 'domain', type: 'partOf', target: 'Domain' },
    { key: 'subdomainOf', type: 'partOf', target: 'Domain' },
    { key: 'providesApis', type: 'providesApi', target: 'API' },
    { key: 'consumesApis', type: 'consumesApi', target: 'API' },
    { key: 'dependsOn', type: 'dependsOn' },
    { key: 'dependencyOf', type: 'dependencyOf' },
  ];
}
