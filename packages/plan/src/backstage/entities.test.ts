import type { Spec } from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtinPlatform } from '../platform-file/platform.ts';
import { resolveSpec } from '../thin-file/resolve-spec.ts';
import { parseThinFile } from '../thin-file/thin-file-parser.ts';
import { parseEntityRef, readEntities, writeEntity } from './index.ts';

const shop = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: shop
  description: Sells things
  annotations:
    github.com/project-slug: acme/shop
  tags: [go, http]
  links:
    - {url: https://shop.example.com, title: The shop}
spec:
  type: service
  lifecycle: production
  owner: team-shop
  system: store
  providesApis: [shop-api]
  consumesApis: [other/payments]
  dependsOn: [resource:main-db, 'component:Cart']
---
apiVersion: backstage.io/v1beta1
kind: API
metadata: {name: shop-api, namespace: web}
spec:
  type: openapi
  lifecycle: production
  owner: user:jo
  definition: {$text: ./openapi.yaml}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-shop}
spec: {type: team, children: [], parent: store-people, members: [jo]}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: store}
spec: {owner: team-shop, domain: retail}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: main-db}
spec: {type: database, owner: team-shop}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: any}
spec: {anything: [at, all]}
`;

const head = 'apiVersion: backstage.io/v1alpha1\n';

function problemsOf(text: string): readonly string[] {
  const read = readEntities(text, 'c.yaml');
  return read.ok ? [] : read.problems.map(({ where, message }) => `${where} ${message}`);
}

function specOf(text: string): Spec {
  const parsed = parseThinFile(text);
  const resolved = parsed.ok ? resolveSpec(parsed.file, builtinPlatform) : parsed;
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return resolved.spec;
}

function written(text: string, before?: string): string {
  const result = writeEntity(specOf(text), before === undefined ? {} : { before });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.text;
}

describe('reading', () => {
  test('gives each entity with its relations in full', () => {
    const read = readEntities(shop);

    expect(read).toMatchObject({
      ok: true,
      entities: [
        {
          ref: 'component:default/shop',
          kind: 'Component',
          description: 'Sells things',
          type: 'service',
          lifecycle: 'production',
          owner: 'group:default/team-shop',
          tags: ['go', 'http'],
          links: [{ url: 'https://shop.example.com', title: 'The shop' }],
          annotations: { 'github.com/project-slug': 'acme/shop' },
          relations: [
            { type: 'ownedBy', target: 'group:default/team-shop' },
            { type: 'partOf', target: 'system:default/store' },
            { type: 'providesApi', target: 'api:default/shop-api' },
            { type: 'consumesApi', target: 'api:other/payments' },
            { type: 'dependsOn', target: 'resource:default/main-db' },
            { type: 'dependsOn', target: 'component:default/cart' },
          ],
          where: 'catalog-info.yaml:1:1',
        },
        { ref: 'api:web/shop-api', owner: 'user:web/jo' },
        {
          ref: 'group:default/team-shop',
          relations: [
            { type: 'childOf', target: 'group:default/store-people' },
            { type: 'hasMember', target: 'user:default/jo' },
          ],
        },
        { ref: 'system:default/store' },
        { ref: 'resource:default/main-db', type: 'database' },
        { ref: 'template:default/any', relations: [] },
      ],
    });
  });

  test.each([
    [
      `${head}kind: Component\nmetadata: {name: shop}\nspec: {type: service, lifecycle: x}`,
      'c.yaml:4:7 spec.owner is missing',
    ],
    [`${head}kind: Component\nmetadata: {name: shop}`, 'c.yaml:1:1 spec is missing'],
    [`${head}kind: Component\nmetadata: {}\nspec: {}`, 'c.yaml:3:11 metadata.name is missing'],
    [
      `${head}kind: Component\nmetadata: {name: a b}\nspec: {}`,
      'c.yaml:3:18 metadata.name: letters and digits',
    ],
    [
      `${head}kind: Component\nmetadata: {name: a}\nspec: {type: a, lifecycle: b, owner: c, dependsOn: [d]}`,
      'c.yaml:4:53 spec.dependsOn: `d` is no reference',
    ],
    [
      `${head}kind: Component\nmetadata: {name: a}\nspec: {type: a, lifecycle: b, owner: 'a:b:c'}`,
      'c.yaml:4:38 spec.owner: `a:b:c` is no reference',
    ],
    [
      'apiVersion: v1\nkind: Component\nmetadata: {name: a}\nspec: {}',
      'c.yaml:1:13 apiVersion: `v1` is not one of a Component',
    ],
    [
      `${head}kind: API\nmetadata: {name: a}\nspec: {type: openapi, lifecycle: b, owner: c}`,
      'c.yaml:4:7 spec: an API has a definition',
    ],
    [
      `${head}kind: Group\nmetadata: {name: a}\nspec: {type: team}`,
      'c.yaml:4:7 spec.children is missing',
    ],
    [
      `${head}kind: System\nmetadata: {name: a}\nspec: {owner: b}\n---\n${head}kind: System\nmetadata: {name: A}\nspec: {owner: b}`,
      'c.yaml:8:18 `system:default/a` is there twice',
    ],
    ['kind: [', 'c.yaml:'],
    ['', 'c.yaml:1:1 the file is empty'],
  ])('%j', (text, expected) => {
    expect(problemsOf(text)[0]).toContain(expected);
  });

  test('an API of remotes needs no definition', () => {
    const text = `${head}kind: API\nmetadata: {name: a}\nspec: {type: mcp-server, lifecycle: b, owner: c, remotes: [{type: sse, url: 'https://a'}]}`;

    expect(problemsOf(text)).toEqual([]);
  });

  test('no text crashes it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(() =>
          readEntities(`${head}kind: Component\nmetadata: {name: ${text}}`),
        ).not.toThrow();
      }),
    );
  });
});

describe('references', () => {
  test.each([
    ['shop', 'component:default/shop'],
    ['api:shop', 'api:default/shop'],
    ['web/Shop', 'component:web/shop'],
    ['API:Web/a.b_c-d', 'api:web/a.b_c-d'],
    ['', undefined],
    ['a/b/c', undefined],
    ['a:', undefined],
    ['a'.repeat(64), undefined],
  ])('%s is %s', (text, expected) => {
    const ref = parseEntityRef(text, { kind: 'Component', namespace: 'default' });

    expect(ref === undefined ? undefined : `${ref.kind}:${ref.namespace}/${ref.name}`).toBe(
      expected,
    );
  });
});

describe('writing', () => {
  const thin = `kind: service
name: shop
owner: team-shop
tier: 2
path: node-service@1
description: "Sells: things"
needs: {payments: {service: payments-api}, db: {resource: main-db}, key: {secret: stripe}}`;

  test('gives an entity that is read as what the spec says', () => {
    expect(written(thin)).toBe(`apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: shop
  description: "Sells: things"
  labels:
    pltf.dev/tier: "2"
  annotations:
    pltf.dev/depends-on: "component:default/payments-api,resource:default/main-db"
    pltf.dev/golden-path: node-service@1
spec:
  type: service
  lifecycle: production
  owner: group:default/team-shop
  dependsOn:
  - component:default/payments-api
  - resource:default/main-db
`);
  });

  test('keeps what the spec says nothing about, and the other documents', () => {
    const text = written('kind: service\nname: shop\nneeds: {pay: {service: payments}}', shop);
    const read = readEntities(text);

    expect(read).toMatchObject({ ok: true });
    if (!read.ok) return;
    expect(read.entities).toHaveLength(6);
    expect(read.entities[0]).toMatchObject({
      description: 'Sells things',
      owner: 'group:default/everyone',
      annotations: { 'github.com/project-slug': 'acme/shop' },
      tags: ['go', 'http'],
    });
    expect(read.entities[0]?.relations.map(({ type, target }) => `${type} ${target}`)).toEqual([
      'ownedBy group:default/everyone',
      'partOf system:default/store',
      'providesApi api:default/shop-api',
      'consumesApi api:other/payments',
      'dependsOn component:default/cart',
      'dependsOn component:default/payments',
      'dependsOn resource:default/main-db',
    ]);
  });

  test('takes out what a need had put there, and nothing of people', () => {
    const before = written(thin, shop);
    const after = written('kind: service\nname: shop', before);

    expect(after).not.toContain('payments-api');
    expect(after).toContain('component:Cart');
    expect(written('kind: service\nname: shop', after)).toBe(after);
  });

  test('gives a site, a job and a resource their types', () => {
    expect(written('kind: site\nname: pages')).toContain('type: website');
    expect(written('kind: job\nname: nightly')).toContain('type: job');
    const spec = {
      ...specOf('kind: job\nname: main-db'),
      kind: 'resource',
      offer: { offer: 'postgres', plan: 'small' },
    } as const;
    expect(writeEntity(spec)).toMatchObject({
      text: expect.stringMatching(/kind: Resource[\s\S]*type: postgres/),
    });
  });

  test('refuses to write over what cannot be read', () => {
    expect(writeEntity(specOf('kind: job\nname: nightly'), { before: 'a: [' })).toMatchObject({
      ok: false,
    });
  });
});
