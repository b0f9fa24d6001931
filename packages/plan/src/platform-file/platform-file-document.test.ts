import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { publishedSchema } from '../published-schemas.ts';

const document = readFileSync(
  new URL('../../../../docs/platform-file.md', import.meta.url),
  'utf8',
);

interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Key {
  readonly path: string;
  readonly required: boolean;
  readonly schema: Schema;
}

/** Every key below, as the document writes it; those of a list's entries like those of the list. */
function keysOf(schema: Schema, path = ''): readonly Key[] {
  const { anyOf = [], oneOf = [], items, additionalProperties: named, properties = {} } = schema;
  return [
    ...[...anyOf, ...oneOf, ...(items === undefined ? [] : [items])].flatMap((one) =>
      keysOf(one, path),
    ),
    ...(typeof named === 'object' ? keysOf(named, `${path}NAME.`) : []),
    ...Object.entries(properties).flatMap(([name, one]) => [
      { path: `${path}${name}`, required: schema.required?.includes(name) === true, schema: one },
      ...keysOf(one, `${path}${name}.`),
    ]),
  ];
}

const whole = publishedSchema('platform-file') as Schema;
const part = (name: string): Schema => whole.properties?.[name] ?? {};
const drivers = new Map(
  [part('runtimes').additionalProperties]
    .flatMap((one) => (typeof one === 'object' ? (one.oneOf ?? one.anyOf ?? []) : []))
    .map((rule) => [String(rule.properties?.['driver']?.const), rule] as const),
);

interface Row {
  readonly path: string;
  readonly absent: string;
}

/** `gateway: {name, namespace}` and `outbound: [{cidr}]` are keys within a key. */
function rowsOf(line: string): readonly Row[] {
  const [, cell = '', , absent = ''] = line.split(/(?<!\\)\|/).map((text) => text.trim());
  const [, key = '', within] = /^`([A-Za-z.]+)(?:: \[?\{([^}]*)\}\]?)?`$/.exec(cell) ?? [];
  if (key === '') return [];
  const inner = within?.split(', ').map((name) => ({ path: `${key}.${name}`, absent })) ?? [];
  return [{ path: key, absent }, ...inner];
}

const sections = new Map(
  document
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.split('\n', 1)[0] ?? '', text.split('\n').flatMap(rowsOf)] as const),
);
const rows = (name: string): readonly Row[] => sections.get(name) ?? [];

/** What the document lists, against what the platform reads. */
function compare(listed: readonly Row[], keys: readonly Key[], own = ''): void {
  const read = new Map(keys.map((key) => [key.path.replace(/^NAME\./, ''), key]));
  expect(listed.map(({ path }) => path).toSorted(), own).toEqual([...read.keys()].toSorted());
  for (const { path, absent } of listed) {
    const key = read.get(path);
    const within = path.includes('.') && !path.includes('NAME.');
    if (key?.required === true && !within) expect(absent, `${own} ${path}`).toBe('required');
    const usual = key?.schema.default;
    if (usual === undefined || typeof usual === 'object' || within) continue;
    const shown = typeof usual === 'string' ? usual : JSON.stringify(usual);
    expect(absent, `${own} ${path}`).toBe(typeof usual === 'number' ? shown : `\`${shown}\``);
  }
}

const ofWhole = new Set([
  ...['organisation', 'domain', 'publicPage', 'defaultTeam', 'rawSizes'],
  ...['environments', 'runtimes', 'rings', 'sizes', 'offers', 'goldenPaths', 'guardrails'],
]);

describe('the reference of the platform file', () => {
  test('has a place for every key at the top', () => {
    const top = Object.entries(whole.properties ?? {}).map(([path, schema]) => ({
      ...{ path, schema, required: false },
    }));

    compare(
      rows('The whole'),
      top.filter(({ path }) => ofWhole.has(path)),
      'The whole',
    );
    const others = top.map(({ path }) => path).filter((path) => !ofWhole.has(path));
    expect(others.filter((path) => !sections.has(path))).toEqual([]);
  });

  test.each([
    ...['environments', 'rings', 'sizes', 'offers', 'goldenPaths', 'guardrails', 'rates'],
    ...['exceptions', 'intake', 'personalData', 'identity', 'support', 'releases'],
  ])('lists the keys of %s that are read, and what holds without them', (name) => {
    compare(rows(name), keysOf(part(name)), name);
  });

  test('lists the keys of each driver, and what all clusters share once', () => {
    const shared = rows('runtimes: keys of a cluster');

    expect([...drivers.keys()].toSorted()).toEqual(['agent', 'gitops', 'kubernetes']);
    for (const [driver, rule] of drivers) {
      const own = rows(`runtimes: driver ${driver}`);
      compare(driver === 'agent' ? own : [...own, ...shared], keysOf(rule), driver);
    }
  });

  test('is led to from the pages that tell how the file is used', () => {
    for (const page of ['platform-as-code', 'growing', 'gitops', 'fleet']) {
      const text = readFileSync(new URL(`../../../../docs/${page}.md`, import.meta.url), 'utf8');
      expect(text, page).toContain('](platform-file.md');
    }
  });
});
