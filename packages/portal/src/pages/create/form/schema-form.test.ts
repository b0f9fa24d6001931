import { describe, expect, it } from 'vitest';
import type { Schema } from './json-schema.ts';
import { check } from './schema-check.ts';
import { type FormField, formPages, rowFields, words } from './schema-fields.ts';
import {
  defaultsOf,
  shownValues,
  valueAt,
  withOpenedDefaults,
  withValue,
} from './schema-values.ts';

const none = (): boolean => false;
const byName = (fields: readonly FormField[], name: string): FormField => {
  const field = fields.find(({ path }) => path.at(-1) === name);
  if (field === undefined)
    throw new Error(`no field ${name} among ${fields.map((f) => f.path.join('.'))}`);
  return field;
};
const fieldsOf = (schema: Schema, values = {}): readonly FormField[] =>
  formPages([schema], values, none)[0]?.fields ?? [];
const flaws = (schema: Schema, value: unknown): Record<string, string> =>
  Object.fromEntries(check(schema, value).map(({ where, message }) => [where, message]));

describe('fields from a schema', () => {
  it.each([
    [{ type: 'string' }, 'text'],
    [{ type: ['string', 'null'] }, 'text'],
    [{ type: 'string', 'ui:widget': 'textarea' }, 'textarea'],
    [{ type: 'string', 'ui:widget': 'password' }, 'password'],
    [{ type: 'string', 'ui:field': 'Secret' }, 'password'],
    [{ type: 'string', enum: ['a', 'b'] }, 'select'],
    [{ type: 'string', enum: ['a', 'b'], 'ui:widget': 'radio' }, 'radio'],
    [{ oneOf: [{ const: 1, title: 'One' }] }, 'select'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'number' }, 'number'],
    [{ type: 'boolean' }, 'toggle'],
    [{ default: true }, 'toggle'],
    [{ type: 'array', items: { type: 'string' } }, 'list'],
    [{ type: 'array', items: { type: 'string', enum: ['a'] }, uniqueItems: true }, 'checks'],
    [{ type: 'array', items: { type: 'object', properties: {} } }, 'rows'],
    [{ properties: { a: { type: 'string' } } }, 'group'],
  ] as const)('draws %j as %s', (schema, control) => {
    expect(byName(fieldsOf({ properties: { it: schema } }), 'it').control).toBe(control);
  });

  it('takes labels, help, placeholders and the names of choices from the template', () => {
    const [field] = fieldsOf({
      required: ['db'],
      properties: {
        db: {
          title: 'Database',
          description: 'Where it keeps things.',
          enum: ['pg', 'none'],
          enumNames: ['PostgreSQL', 'None'],
          'ui:placeholder': 'choose',
        },
      },
    });

    expect(field).toMatchObject({
      label: 'Database',
      help: 'Where it keeps things.',
      placeholder: 'choose',
      required: true,
      choices: [
        { value: 'pg', label: 'PostgreSQL' },
        { value: 'none', label: 'None' },
      ],
    });
    expect(words('databaseName')).toBe('Database name');
    expect(words('data_base-name')).toBe('Data base name');
  });

  it('orders as ui:order says, and leaves out hidden fields and those the portal asks itself', () => {
    const schema = {
      properties: { a: {}, name: {}, b: {}, c: {}, secret: { 'ui:widget': 'hidden' } },
      'ui:order': ['c', '*', 'a'],
    };

    const [page] = formPages([schema, { properties: { name: {} } }], {}, (name) => name === 'name');

    expect(page?.fields.map(({ path }) => path[0])).toEqual(['c', 'b', 'a']);
  });

  it('numbers the fields of the rows of a list of objects', () => {
    const field = byName(
      fieldsOf({
        properties: {
          hosts: { type: 'array', items: { properties: { port: { type: 'integer' } } } },
        },
      }),
      'hosts',
    );

    expect(rowFields(field, 2, {})[0]?.path).toEqual(['hosts', '2', 'port']);
  });
});

describe('conditions', () => {
  const byDependency = {
    properties: { database: { type: 'boolean', default: false } },
    dependencies: {
      database: {
        oneOf: [
          { properties: { database: { const: false } } },
          {
            properties: {
              database: { const: true },
              size: { type: 'string', title: 'Size', enum: ['small', 'large'], default: 'small' },
            },
            required: ['size'],
          },
        ],
      },
    },
  };
  const byIf = {
    properties: { kind: { type: 'string', enum: ['queue', 'topic'] } },
    allOf: [
      {
        if: { properties: { kind: { const: 'topic' } } },
        then: {
          properties: { partitions: { type: 'integer', minimum: 1 } },
          required: ['partitions'],
        },
        else: { properties: { fifo: { type: 'boolean' } } },
      },
    ],
  };

  it('show the branch that the values choose, once, with its requirements', () => {
    expect(fieldsOf(byDependency, { database: false }).map(({ path }) => path[0])).toEqual([
      'database',
    ]);
    const open = fieldsOf(byDependency, { database: true });
    expect(open.map(({ path }) => path[0])).toEqual(['database', 'size']);
    expect(open[0]).toMatchObject({ control: 'toggle' });
    expect(open[1]).toMatchObject({ required: true });
  });

  it('decide if, then and else, and treat an absent value as another one', () => {
    expect(fieldsOf(byIf, { kind: 'topic' }).map(({ path }) => path[0])).toEqual([
      'kind',
      'partitions',
    ]);
    expect(fieldsOf(byIf, {}).map(({ path }) => path[0])).toEqual(['kind', 'fifo']);
    expect(flaws({ type: 'object', ...byIf }, { kind: 'topic' })).toEqual({ partitions: 'needed' });
  });

  it('send nothing of a branch that is closed again', () => {
    const values = { database: false, size: 'large', unknown: 1 };

    expect(shownValues([byDependency], values)).toEqual({ database: false });
    expect(shownValues([byDependency], { ...values, database: true })).toEqual({
      database: true,
      size: 'large',
    });
  });

  it('bring their defaults when a choice opens them, and never refill what somebody emptied', () => {
    const opened = withOpenedDefaults([byDependency], { database: false }, { database: true });

    expect(opened).toEqual({ database: true, size: 'small' });
    expect(withOpenedDefaults([byDependency], opened, { database: true })).toEqual({
      database: true,
    });
  });

  it('bring their defaults when a default opens them', () => {
    const open = { ...byDependency, properties: { database: { type: 'boolean', default: true } } };

    expect(defaultsOf([open])).toEqual({ database: true, size: 'small' });
    expect(defaultsOf([byDependency])).toEqual({ database: false });
  });
});

describe('checking', () => {
  it.each([
    [{ type: 'string', minLength: 3 }, 'ab', 'at least 3 characters'],
    [{ type: 'string', maxLength: 3 }, 'abcd', 'at most 3 characters'],
    [{ type: 'string', pattern: '^[a-z]+$' }, 'A', 'must match ^[a-z]+$'],
    [{ type: 'string', pattern: '^[a-z]+$', 'ui:help': 'small letters' }, 'A', 'small letters'],
    [{ type: 'integer' }, 1.5, 'must be a whole number'],
    [{ type: 'integer', minimum: 1, maximum: 9 }, 10, 'between 1 and 9'],
    [{ type: 'number', minimum: 1 }, 0, 'at least 1'],
    [{ type: 'number', exclusiveMaximum: 1 }, 1, 'less than 1'],
    [{ type: 'number', multipleOf: 5 }, 7, 'a multiple of 5'],
    [{ type: 'number' }, 'seven', 'must be a number'],
    [{ enum: ['a', 'b'] }, 'c', 'choose one of a, b'],
    [{ type: 'array', minItems: 2 }, ['a'], 'at least 2'],
    [{ type: 'array', uniqueItems: true }, ['a', 'a'], 'each only once'],
    [{ type: 'boolean' }, 'yes', 'must be yes or no'],
  ] as const)('says what %j wants of %j', (schema, value, message) => {
    expect(flaws(schema, value)).toEqual({ '': message });
  });

  it('names the place of what is nested, and asks for what is missing', () => {
    const schema = {
      type: 'object',
      required: ['team'],
      properties: {
        team: { type: 'string' },
        hosts: { type: 'array', items: { properties: { port: { type: 'integer', maximum: 9 } } } },
      },
    };

    expect(flaws(schema, { hosts: [{ port: 1 }, { port: 10 }] })).toEqual({
      team: 'needed',
      'hosts.1.port': 'at most 9',
    });
  });

  it('does not fail on a pattern that it cannot read', () => {
    expect(flaws({ type: 'string', pattern: '(?<' }, 'x')).toEqual({});
  });

  it('is silent about optional fields left empty', () => {
    expect(flaws({ properties: { a: { type: 'string', minLength: 5 } } }, { a: '' })).toEqual({});
  });
});

it('changes one place and leaves the rest', () => {
  const before = { a: { b: [{ c: 1 }, { c: 2 }] }, d: 3 };

  const after = withValue(before, ['a', 'b', '1', 'c'], 9);

  expect(after).toEqual({ a: { b: [{ c: 1 }, { c: 9 }] }, d: 3 });
  expect(before.a.b[1]).toEqual({ c: 2 });
  expect(valueAt(after, ['a', 'b', '1', 'c'])).toBe(9);
  expect(valueAt(after, ['x', 'y'])).toBeUndefined();
});
