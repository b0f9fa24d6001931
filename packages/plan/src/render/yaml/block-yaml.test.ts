import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { JsonValue } from '../../template/json.ts';
import { blockYaml } from './block-yaml.ts';
import { constant } from './constant.ts';

const readBack = (text: string, version: '1.1' | '1.2' = '1.2'): unknown[] =>
  parseAllDocuments(text, { version, merge: false }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as unknown;
  });

const hostile = [
  ...[
    'yes',
    'No',
    'ON',
    'off',
    'y',
    'N',
    'true',
    'False',
    'NULL',
    'null',
    '~',
    '',
    ' ',
    '  x',
    'x ',
  ],
  ...[
    '1e3',
    '0o7',
    '0x1F',
    '0b1',
    '1_000',
    '12:30:45',
    '.5',
    '-1',
    '+1',
    '.inf',
    '-.INF',
    '.NaN',
    '01',
  ],
  ...[
    '2001-01-01',
    '2001-12-14t21:59:43.10-05:00',
    '<<',
    '=',
    '---',
    '...',
    '--- x',
    '- a',
    '-',
    '?',
    '? a',
  ],
  ...[
    'a: b',
    'a:',
    'a #b',
    '#a',
    'a#b',
    '[a]',
    '{a}',
    ']',
    ',',
    '&a',
    '*a',
    '!a',
    '|',
    '>',
    '%a',
    '@a',
    '`a',
  ],
  ...[
    "'",
    '"',
    "it's",
    '\\',
    '\\n',
    '\t',
    'a\tb',
    'a\n',
    'a\n\n',
    '\na',
    '\n',
    'a\n b\n',
    ' a\nb',
    'a \nb',
  ],
  ...[
    'a\n\nb',
    'a\n---\nb',
    'a\n...\n',
    'a\r\nb',
    'a\rb',
    'a\u0085b',
    'a\u2028b',
    'a\u2029b\nc',
    '\ufeff',
    'a\ufeffb',
  ],
  ...[
    '\u0000',
    '\u0007',
    '\u007f',
    '\u009f',
    '\ud800',
    'a\udc00b',
    '😀',
    '😀\nb',
    'ü\nß',
    '日本語',
    'a\u00a0',
    'a\u00a0\nb',
  ],
  ...[
    'a\n\u3000',
    '{{ .Values.x }}',
    '{"a": 1}\n',
    '# x\ny',
    '- a\n- b\n',
    '__proto__',
    'constructor',
  ],
];
const text = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom(...hostile, 'a', ' ', '\n'), { maxLength: 6 })
    .map((parts) => parts.join('')),
  fc
    .array(fc.nat({ max: 0xffff }), { maxLength: 12 })
    .map((units) => String.fromCharCode(...units)),
);
const tree = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key.length < 200 && key !== '__proto__'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;

describe('block YAML', () => {
  it('reads back as what was written, whatever a string looks like', () => {
    for (const value of hostile) {
      expect(readBack(blockYaml([{ value, list: [value, [value]], under: { value } }]))).toEqual([
        { value, list: [value, [value]], under: { value } },
      ]);
    }
    fc.assert(
      fc.property(text, text, (key, value) => {
        fc.pre(key !== '__proto__');
        expect(readBack(blockYaml([{ [key]: value }]))).toEqual([{ [key]: value }]);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads back as text for readers of YAML 1.1 too, as the tools around Kubernetes are', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(readBack(blockYaml([{ value, list: [value] }]), '1.1')).toEqual([
          { value, list: [value] },
        ]);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads back as what was written, for any JSON and any number of documents', () => {
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 3 }), (documents) => {
        const expected = JSON.parse(JSON.stringify(documents)) as unknown[];
        expect(readBack(blockYaml(documents))).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('writes parts that are shared or constant as if each stood there for itself, at any depth', () => {
    const partOf = fc.oneof(
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tree, { maxKeys: 3 }),
      fc.array(tree, { maxLength: 3 }),
    );
    fc.assert(
      fc.property(partOf, fc.array(tree, { maxLength: 2 }), (part, more) => {
        const shared = constant(structuredClone(part));
        const documents = (one: JsonValue): JsonValue[] => [
          {
            metadata: { labels: one, name: 'x', of: one },
            spec: { matchLabels: one, list: [one] },
          },
          {
            labels: one,
            at: [{ first: one, then: { labels: one, of: [{ deep: one }] } }, ...more],
          },
        ];

        const text = blockYaml(documents(shared));

        expect(text).toBe(blockYaml(JSON.parse(JSON.stringify(documents(part))) as JsonValue[]));
        expect(blockYaml(documents(shared))).toBe(text);
        expect(readBack(text)).toEqual(documents(part));
      }),
      { numRuns: 300 },
    );
  });

  it('holds what is constant to that', () => {
    const part = constant({ list: [{ name: 'a' }] });

    expect(() => {
      (part.list[0] as { name: string }).name = 'b';
    }).toThrow(TypeError);
  });

  it('looks as people write it', () => {
    const value = {
      apiVersion: 'v1',
      metadata: { name: 'users-api', labels: {}, annotations: { tier: '2', when: 'yes' } },
      image: `registry.example.com/users-api@sha256:${'a'.repeat(64)}`,
      list: [{ name: 'http', port: 80 }, 'a', 3, true, null, [], [['x']]],
      text: 'first\n  second\n\nthird\n',
      left: 'no end\nat all',
      nothing: [],
    };

    expect(blockYaml([value, { kind: 'Namespace' }])).toBe(`apiVersion: v1
metadata:
  name: users-api
  labels: {}
  annotations:
    tier: "2"
    when: "yes"
image: registry.example.com/users-api@sha256:${'a'.repeat(64)}
list:
- name: http
  port: 80
- a
- 3
- true
- null
- []
- - - x
text: |
  first
    second

  third
left: |-
  no end
  at all
nothing: []
---
kind: Namespace
`);
  });
});
