import { Script } from 'node:vm';
import { type ApiName, api, type Endpoint, errorKinds } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenApi, type Operation, openApi } from './openapi.ts';
import type { Json } from './openapi-shapes.ts';
import { startTestApp, type TestApp } from './testing/test-app.ts';

const document = openApi({ version: '1.2.3', portalUrl: 'http://localhost:7070' });
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    operation,
  })),
);
const operationOf = (name: ApiName): Operation =>
  operations.find(({ operation }) => operation.operationId === name)!.operation;

const sorted = (items: readonly unknown[]): unknown[] =>
  items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

describe('the description of the API', () => {
  test('holds every operation of the table and no other', () => {
    const described = operations.map(({ method, path, operation }) => [
      operation.operationId,
      method,
      path.replace(/\{(\w+)\}/g, ':$1'),
    ]);
    const table = (Object.entries(api) as [string, Endpoint][]).map(([name, { method, path }]) => [
      name,
      method,
      `/api/v1${path}`,
    ]);

    expect(sorted(described)).toEqual(sorted(table));
  });

  test('has no reference that leads nowhere, and no shape that nobody refers to', () => {
    const text = JSON.stringify(document);
    const used = new Set(
      [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name),
    );

    expect(sorted([...used])).toEqual(Object.keys(document.components.schemas).toSorted());
  });

  test('declares each parameter of each path', () => {
    const undeclared = operations.flatMap(({ path, operation }) => {
      const named = operation.parameters
        .filter(({ in: place }) => place === 'path')
        .map(({ name }) => name);
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      return JSON.stringify(sorted(named)) === JSON.stringify(sorted(wanted)) ? [] : [path];
    });

    expect(undeclared).toEqual([]);
  });

  test('uses the names of contracts, and the limits that the server holds', () => {
    expect(document.components.schemas).toMatchObject({
      UserView: { type: 'object', properties: { name: { $ref: '#/components/schemas/UserName' } } },
      UserName: { type: 'string', maxLength: 40 },
    });
    expect(operationOf('scale').requestBody).toMatchObject({
      content: {
        'application/json': {
          schema: {
            additionalProperties: false,
            properties: { instances: { minimum: 1, maximum: 100 } },
          },
        },
      },
    });
    expect(operationOf('listComponents').parameters).toEqual(
      expect.arrayContaining([
        {
          in: 'query',
          name: 'limit',
          required: false,
          schema: { default: 100, type: 'integer', minimum: 1, maximum: 500 },
        },
      ]),
    );
  });

  test('tells what is sent from what is received where defaults make them differ', () => {
    const sent = (
      operationOf('createComponent').requestBody!['content'] as Record<string, { schema: Json }>
    )['application/json']!.schema;
    const shape = (schema: Json): Json => {
      const name =
        typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1)! : undefined;
      return name === undefined ? schema : document.components.schemas[name]!;
    };

    expect(shape(sent)).toMatchObject({ required: ['name'] });
  });

  test('says of every operation that it may answer with a problem, and of which codes there are', () => {
    expect(
      operations.every(({ operation }) =>
        JSON.stringify(operation.responses['default']).includes('Problem'),
      ),
    ).toBe(true);
    expect(document.components.schemas['Problem']).toMatchObject({
      properties: { code: { enum: Object.keys(errorKinds) } },
    });
  });

  test('asks for credentials exactly where the server does', () => {
    const open = operations
      .filter(({ operation }) => operation.security?.length === 0)
      .map(({ operation }) => operation.operationId);
    const isPublic = (Object.entries(api) as [string, Endpoint][])
      .filter(([, { action }]) => action === 'public')
      .map(([name]) => name);

    expect(sorted(open)).toEqual(sorted(isPublic));
  });

  test('is served to everybody', async () => {
    const response = await fetch(`${app.url}/api/v1/openapi.json`);

    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(((await response.json()) as OpenApi).openapi).toBe('3.1.1');
  });
});

test('the schemas of the files that people write are served to everybody', async () => {
  const response = await fetch(`${app.url}/schemas/thin-file.json`);

  expect(response.headers.get('content-type')).toBe('application/schema+json; charset=utf-8');
  expect(await response.json()).toMatchObject({
    title: 'Thin file',
    required: ['kind', 'name'],
  });
  expect((await fetch(`${app.url}/schemas/guardrail.json`)).status).toBe(200);
  expect((await fetch(`${app.url}/schemas/nothing.json`)).status).toBe(404);
});

describe('the page of the API', () => {
  test('lists every operation and shape, with an example, and needs nothing from elsewhere', async () => {
    const response = await fetch(`${app.url}/api/docs`);
    const html = await response.text();

    for (const name of Object.keys(api)) expect(html).toContain(`id="${name}"`);
    for (const name of Object.keys(document.components.schemas))
      expect(html).toContain(`id="shape-${name}"`);
    expect(html.match(/curl /g)?.length).toBeGreaterThanOrEqual(Object.keys(api).length);
    expect([...html.matchAll(/(?:src|href)="(?!#)([^"]+)"/g)].map(([, url]) => url)).toEqual([
      '/api/docs/page.css',
      '/api/docs/page.js',
      '/api/v1/openapi.json',
    ]);
    expect(html).not.toMatch(/ style="| on\w+="|<script>/);
    expect(response.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
  });

  test('has a script and a style of its own', async () => {
    const [script, style] = await Promise.all(
      ['js', 'css'].map((type) => fetch(`${app.url}/api/docs/page.${type}`)),
    );

    expect(script!.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(style!.headers.get('content-type')).toMatch(/^text\/css/);
    // A syntax error would throw here.
    expect(new Script(await script!.text())).toBeInstanceOf(Script);
    await style!.body?.cancel();
  });

  test('links each reference to a shape that is there', async () => {
    const html = await (await fetch(`${app.url}/api/docs`)).text();
    const ids = new Set([...html.matchAll(/id="([^"]+)"/g)].map(([, id]) => id));

    expect(
      [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id).filter((id) => !ids.has(id)),
    ).toEqual([]);
  });
});
