import { type ErrorItem, PltfError } from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  type JsonObject,
  type ParameterOptions,
  parameterFields,
  parametersFromText,
  parseTemplate,
  validateParameters,
} from './index.ts';

const templateWith = (parameters: unknown) =>
  parseTemplate(
    stringify({
      apiVersion: 'scaffolder.backstage.io/v1beta3',
      kind: 'Template',
      metadata: { name: 'example' },
      spec: { type: 'service', parameters, steps: [] },
    }),
  );

const check = (parameters: unknown, given: JsonObject, options?: ParameterOptions): JsonObject =>
  validateParameters(templateWith(parameters), given, options);

const problems = (
  parameters: unknown,
  given: JsonObject,
  options?: ParameterOptions,
): readonly ErrorItem[] => {
  try {
    check(parameters, given, options);
  } catch (error) {
    if (error instanceof PltfError && error.code === 'parameters-invalid') return error.errors;
    throw error;
  }
  return [];
};

const form = [
  {
    title: 'Who',
    required: ['name'],
    properties: {
      name: {
        title: 'Name',
        type: 'string',
        pattern: '^[a-z][a-z0-9-]*$',
        maxLength: 40,
        'ui:help': 'Lower-case letters, digits and dashes.',
      },
      owner: { type: 'string', default: 'everyone', 'ui:field': 'OwnerPicker' },
      tier: { type: 'integer', minimum: 1, maximum: 3, default: 3 },
    },
  },
  {
    title: 'How',
    properties: {
      ci: {
        type: 'string',
        enum: ['github', 'gitlab'],
        enumNames: ['GitHub Actions', 'GitLab CI'],
        default: 'github',
      },
    },
    dependencies: {
      ci: {
        oneOf: [
          {
            properties: {
              ci: { const: 'github' },
              workflow: { type: 'string', default: 'ci.yml' },
            },
          },
          {
            properties: { ci: { const: 'gitlab' }, runner: { type: 'string' } },
            required: ['runner'],
          },
        ],
      },
    },
  },
];

describe('validateParameters', () => {
  it('fills in defaults, also of fields that a default brings in', () => {
    expect(check(form, { name: 'users-api' })).toEqual({
      name: 'users-api',
      owner: 'everyone',
      tier: 3,
      ci: 'github',
      workflow: 'ci.yml',
    });
  });

  it('keeps what was given', () => {
    expect(check(form, { name: 'a', owner: 'b', tier: 1, ci: 'gitlab', runner: 'big' })).toEqual({
      name: 'a',
      owner: 'b',
      tier: 1,
      ci: 'gitlab',
      runner: 'big',
    });
  });

  it('tells every problem at once: the field, what is wrong and the remedy', () => {
    expect(problems(form, { name: 'Users API', tier: 9, ci: 'githbu', portt: 1 })).toEqual([
      {
        where: 'portt',
        message: 'is not a parameter of this template',
        fix: expect.any(String) as string,
      },
      {
        where: 'name',
        message: 'is not written as it must be',
        fix: 'Lower-case letters, digits and dashes.',
      },
      { where: 'tier', message: 'must be <= 3', fix: 'Change the value.' },
      {
        where: 'ci',
        message: 'is not one of the choices',
        fix: 'Did you mean github? Choose one of github, gitlab.',
      },
    ]);
  });

  it('says which field is missing, also in a branch', () => {
    expect(problems(form, { ci: 'gitlab' })).toEqual([
      { where: 'name', message: 'is missing', fix: 'Lower-case letters, digits and dashes.' },
      { where: 'runner', message: 'is missing', fix: 'Give a value.' },
    ]);
  });

  it('refuses a field of another branch, and one that does not exist with the nearest', () => {
    expect(problems(form, { name: 'a', runner: 'big' })).toEqual([
      { where: 'runner', message: 'does not apply with these answers', fix: 'Leave it out.' },
    ]);
    expect(problems(form, { name: 'a', onwer: 'x' })[0]?.fix).toBe('Did you mean owner?');
  });

  it('accepts extra fields where the template says so', () => {
    expect(check({ properties: {}, additionalProperties: true }, { any: 1 })).toEqual({ any: 1 });
  });

  it('checks nested fields and items, naming their path', () => {
    const nested = {
      properties: {
        database: {
          type: 'object',
          required: ['size'],
          properties: {
            size: { type: 'string', enum: ['small'] },
            port: { type: 'integer', default: 5432 },
          },
        },
        hosts: { type: 'array', items: { type: 'string', format: 'hostname' }, maxItems: 3 },
      },
    };

    expect(check(nested, { database: { size: 'small' } })).toEqual({
      database: { size: 'small', port: 5432 },
    });
    expect(
      problems(nested, { database: {}, hosts: ['a', '_no_'] }).map(({ where }) => where),
    ).toEqual(['database.size', 'hosts.1']);
  });

  it('follows if, then and else, and what one field demands of another', () => {
    const conditional = {
      properties: {
        kind: { type: 'string' },
        card: { type: 'string' },
        address: { type: 'string' },
      },
      if: { properties: { kind: { const: 'http' } }, required: ['kind'] },
      then: { properties: { port: { type: 'integer', default: 8080 } } },
      else: { required: ['kind'] },
      dependencies: { card: ['address'] },
    };

    expect(check(conditional, { kind: 'http' })).toEqual({ kind: 'http', port: 8080 });
    expect(problems(conditional, {}).map(({ where }) => where)).toEqual(['kind']);
    expect(problems(conditional, { kind: 'x', card: '1' }).map(({ where }) => where)).toEqual([
      'address',
    ]);
    expect(problems(conditional, { kind: 'x', port: 1 }).map(({ where }) => where)).toEqual([
      'port',
    ]);
  });

  it('hides what a feature flag hides', () => {
    const withFlags = [
      { 'backstage:featureFlag': 'page', properties: { hidden: { type: 'string', default: 'x' } } },
      {
        required: ['field'],
        properties: { field: { type: 'string', 'backstage:featureFlag': 'one' } },
      },
    ];

    expect(check(withFlags, {})).toEqual({});
    expect(check(withFlags, { field: 'y' }, { featureFlags: ['page', 'one'] })).toEqual({
      hidden: 'x',
      field: 'y',
    });
    expect(problems(withFlags, {}, { featureFlags: ['one'] }).map(({ where }) => where)).toEqual([
      'field',
    ]);
  });

  it.each<[string, JsonObject]>([
    ['10,001 items', { name: 'a', list: Array.from({ length: 10_001 }, () => 1) }],
    ['a text of 20,001 characters', { name: 'a'.repeat(20_001) }],
    ['a deep value', { name: JSON.parse(`${'['.repeat(30)}${']'.repeat(30)}`) as never }],
    ['a prototype', JSON.parse('{"name": "a", "__proto__": {"x": 1}}') as JsonObject],
    ['half a character', { name: '\ud800' }],
    ['a zero byte', { name: 'a\0b' }],
  ])('refuses %s whatever the template says', (_title, given) => {
    expect(problems({ properties: {}, additionalProperties: true }, given)).toHaveLength(1);
  });

  it('blames the template, not the user, for a schema that cannot be used', () => {
    expect(() => check({ properties: { a: { type: 'strin' } } }, { a: 'x' })).toThrow(
      expect.objectContaining({ code: 'template-invalid' }) as Error,
    );
  });

  it('ignores what forms know and JSON schema does not', () => {
    const ui = {
      'ui:order': ['a'],
      properties: {
        a: {
          type: 'string',
          'ui:widget': 'textarea',
          'ui:options': { rows: 5 },
          format: 'data-url-of-mine',
        },
      },
    };

    expect(check(ui, { a: 'x' })).toEqual({ a: 'x' });
  });

  it('either accepts or explains, and never breaks, whatever is given', () => {
    const any = fc.dictionary(
      fc.oneof(fc.constantFrom('name', 'owner', 'tier', 'ci', 'runner'), fc.string()),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(any, (given) => {
        for (const { where, message, fix } of problems(form, given as JsonObject)) {
          expect(`${where}${message}`).not.toBe('');
          expect(fix).not.toBe('');
        }
      }),
    );
  });

  it('changes nothing when its own result is given again', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 3 }), fc.boolean(), (given, tier, gitlab) => {
        const once = check(form, {
          name: given,
          tier,
          ...(gitlab ? { ci: 'gitlab', runner: 'r' } : {}),
        });

        expect(check(form, once)).toEqual(once);
      }),
    );
  });
});

describe('parameterFields', () => {
  it('lists the fields of all pages and branches for a form or a command line', () => {
    const fields = parameterFields(templateWith(form));

    expect(fields.map(({ name, page, required, type }) => [name, page, required, type])).toEqual([
      ['name', 0, true, 'string'],
      ['owner', 0, false, 'string'],
      ['tier', 0, false, 'integer'],
      ['ci', 1, false, 'string'],
      ['workflow', 1, false, 'string'],
      ['runner', 1, true, 'string'],
    ]);
    expect(fields[3]?.choices).toEqual([
      { value: 'github', label: 'GitHub Actions' },
      { value: 'gitlab', label: 'GitLab CI' },
    ]);
    expect(fields[5]?.when).toEqual({ field: 'ci', values: ['gitlab'] });
    expect(fields[0]).toMatchObject({
      title: 'Name',
      help: 'Lower-case letters, digits and dashes.',
    });
    expect(fields[1]).toMatchObject({ widget: 'OwnerPicker', default: 'everyone', title: 'owner' });
  });

  it('turns text from a command line into the types of the form, and leaves what is none', () => {
    const fields = parameterFields(
      templateWith({
        properties: {
          port: { type: 'integer' },
          on: { type: 'boolean' },
          tags: { type: 'array' },
          name: { type: 'string' },
        },
      }),
    );

    expect(
      parametersFromText(fields, {
        port: '8080',
        on: 'true',
        tags: 'a, b',
        name: '12',
        other: '1',
      }),
    ).toEqual({ port: 8080, on: true, tags: ['a', 'b'], name: '12', other: '1' });
    expect(parametersFromText(fields, { port: 'eighty', on: 'maybe' })).toEqual({
      port: 'eighty',
      on: 'maybe',
    });
  });
});
