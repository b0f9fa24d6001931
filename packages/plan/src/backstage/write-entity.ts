import type { ErrorItem, Spec } from '@pltf/contracts';
import { blockYaml } from '../render/yaml/block-yaml.ts';
import type { JsonValue } from '../template/json.ts';
import { readYamlDocuments } from '../yaml-text.ts';
import { entityFileLimits } from './read-entities.ts';

export type WrittenEntity =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

type Values = Readonly<Record<string, JsonValue>>;

/** What the platform itself put into `dependsOn`, so that people's own entries outlive a need that is taken out. */
const written = 'pltf.dev/depends-on';
const types: Readonly<Record<string, string>> = { site: 'website' };

/**
 * A component as an entity of Backstage. `before` is the file as it is: its other documents, and what the spec says
 * nothing about (APIs, system, links, annotations of others), are kept. The same input gives the same text.
 */
export function writeEntity(
  spec: Spec,
  options: { readonly before?: string; readonly fileName?: string } = {},
): WrittenEntity {
  const { before, fileName = 'catalog-info.yaml' } = options;
  const kind = spec.kind === 'resource' ? 'Resource' : 'Component';
  if (before === undefined || before.trim() === '')
    return { ok: true, text: blockYaml([entity(spec, kind, {})]) };
  const read = readYamlDocuments(before, { fileName, ...entityFileLimits });
  if (!read.ok) return read;
  const documents = read.documents.map(({ value }) => value as JsonValue);
  const own = documents.findIndex((document) => isEntity(document, kind, spec.name));
  const values = own < 0 ? [] : [recordOf(documents[own])];
  const updated = entity(spec, kind, values[0] ?? {});
  const all = own < 0 ? [updated, ...documents] : documents.with(own, updated);
  return { ok: true, text: blockYaml(all) };
}

function isEntity(document: JsonValue, kind: string, name: string): boolean {
  const { kind: own, metadata } = recordOf(document);
  const { name: called, namespace = 'default' } = recordOf(metadata);
  return own === kind && called === name && namespace === 'default';
}

function entity(spec: Spec, kind: 'Component' | 'Resource', before: Values): JsonValue {
  const metadata = recordOf(before['metadata']);
  const said = recordOf(before['spec']);
  const needs = neededRefs(spec);
  const annotations = { ...recordOf(metadata['annotations']) };
  const earlier = textOf(annotations[written]).split(',');
  const dependsOn = [
    ...new Set([...listOf(said['dependsOn']).filter((ref) => !earlier.includes(ref)), ...needs]),
  ].toSorted();
  delete annotations[written];
  return ordered({
    apiVersion: before['apiVersion'] ?? 'backstage.io/v1alpha1',
    kind,
    metadata: ordered({
      name: spec.name,
      ...rest(metadata, ['name', 'description', 'labels', 'annotations']),
      description: spec.description === '' ? metadata['description'] : spec.description,
      labels: sorted({ ...recordOf(metadata['labels']), 'pltf.dev/tier': String(spec.tier) }),
      annotations: sorted({
        ...annotations,
        ...(spec.path === undefined ? {} : { 'pltf.dev/golden-path': spec.path }),
        ...(needs.length === 0 ? {} : { [written]: needs.join(',') }),
      }),
    }),
    spec: ordered({
      type: spec.offer?.offer ?? types[spec.kind] ?? spec.kind,
      ...(kind === 'Component' ? { lifecycle: said['lifecycle'] ?? 'production' } : {}),
      owner: `group:default/${spec.owner}`,
      ...rest(said, ['type', 'lifecycle', 'owner', 'dependsOn']),
      dependsOn: dependsOn.length === 0 ? undefined : dependsOn,
    }),
    ...rest(before, ['apiVersion', 'kind', 'metadata', 'spec']),
  });
}

/** The other components that it needs, in any environment. */
function neededRefs(spec: Spec): readonly string[] {
  const refs = Object.values(spec.needs).flatMap((needs) =>
    Object.values(needs).flatMap((need) => {
      if (need.kind === 'service') return [`component:default/${need.service}`];
      return need.kind === 'resource' ? [`resource:default/${need.resource}`] : [];
    }),
  );
  return [...new Set(refs)].toSorted();
}

const recordOf = (value: JsonValue | undefined): Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

const listOf = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

const rest = (values: Values, without: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !without.includes(key)));

const sorted = (values: Values): JsonValue | undefined => {
  const entries = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
};

const ordered = (values: Readonly<Record<string, JsonValue | undefined>>): JsonValue =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as JsonValue;
