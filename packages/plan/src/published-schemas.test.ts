import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { publishedSchema, publishedSchemaNames, thinFileSchema } from './published-schemas.ts';
import { parseThinFile } from './thin-file/thin-file-parser.ts';
import { readYamlText } from './yaml-text.ts';

const validator = (schema: Readonly<Record<string, unknown>>) =>
  new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

describe('published schemas', () => {
  test.each(publishedSchemaNames)(
    '%s is valid by its own draft, with an address and a title',
    (name) => {
      const schema = publishedSchema(name);

      expect(schema).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `https://pltf.dev/schemas/${name}.json`,
        title: expect.stringMatching(/\w/),
      });
      expect(() => validator(schema)).not.toThrow();
    },
  );

  test('every key of the thin file is described', () => {
    const properties = thinFileSchema()['properties'] as Record<string, { description?: string }>;

    for (const [key, { description }] of Object.entries(properties)) {
      expect(description, key).toMatch(/\w/);
    }
  });

  test.each([
    'kind: service\nname: promoapi\nenv: prod\npolicy: pii=false',
    'kind: job\nname: nightly\nschedule: 0 3 * * *\nneeds: {db: postgres/small}',
    'kind: service\nname: shop\nroutes: [a.example.com, {host: b.example.com, signIn: true}]',
    'kind: service\nname: shop\nneeds: {a: {service: b}, c: {secret: d}, e: {offer: f, plan: g}}',
    'kind: service\nname: shop\nenvs: {prod: {run: {size: 512Mi/0.5}, slo: {availability: 99}}}',
    'kind: resource\nname: main-db\noffer: postgres/large',
    'kind: service\nname: Shop',
    'kind: service\nname: shop\nrun: {sise: small}',
    'kind: service\nname: shop\nneeds: {a: {service: b, secret: c}}',
    'kind: service\nname: shop\nneeds: {a: Postgres}',
    'kind: service\nname: shop\nrun: {port: 0}',
    'kind: service\nname: shop\nbudget: 40',
    'kind: thing\nname: shop',
    'name: shop',
  ])('the schema and the parser agree on %j', (text) => {
    const read = readYamlText(text, { fileName: 'pltf.yaml', maximumBytes: 65_536, example: 'x' });
    const validate = validator(thinFileSchema());

    expect(read.ok).toBe(true);
    if (read.ok) expect(validate(read.value)).toBe(parseThinFile(text).ok);
  });
});
