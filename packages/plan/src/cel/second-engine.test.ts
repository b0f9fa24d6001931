import {
  type CelInput,
  celEnv,
  isCelError,
  isCelList,
  isCelUint,
  parse,
  plan,
} from '@bufbuild/cel';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileCel } from './index.ts';

// The same expression in an engine that others wrote. What is generated has one meaning in both: no vector of the
// specification's suite in which @bufbuild/cel is known to differ.

const object = {
  name: 'users-api',
  tier: 2,
  tags: ['a', 'b', 'pii'],
  ports: [80, 443, 8080],
  labels: { owner: 'team', empty: '' },
};

type Text = fc.Arbitrary<string>;

const { bool } = fc.letrec<{
  bool: string;
  int: string;
  text: string;
  ints: string;
  texts: string;
}>((tie) => {
  const join = (pattern: string, ...parts: readonly Text[]): Text =>
    fc.tuple(...parts).map((made) => {
      let index = 0;
      return pattern.replaceAll('#', () => {
        index += 1;
        return `(${made[index - 1]})`;
      });
    });
  const from = (...literals: readonly string[]): Text => fc.constantFrom(...literals);
  const [b, i, t, is, ts] = [tie('bool'), tie('int'), tie('text'), tie('ints'), tie('texts')];
  return {
    bool: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'cel' },
      from('true', 'false', 'has(object.labels.owner)', 'has(object.labels.none)'),
      from('object.none == 1', 'object.labels["none"] == "x"'),
      fc.oneof(
        join('# && #', b, b),
        join('# || #', b, b),
        join('!#', b),
        join('# ? # : #', b, b, b),
      ),
      fc.oneof(...['==', '!=', '<', '<=', '>', '>='].map((sign) => join(`# ${sign} #`, i, i))),
      fc.oneof(...['==', '<', '>='].map((sign) => join(`# ${sign} #`, t, t))),
      fc.oneof(join('# in #', i, is), join('# in #', t, ts), join('# == #', is, is)),
      fc.oneof(...['startsWith', 'endsWith', 'contains'].map((name) => join(`#.${name}#`, t, t))),
      fc.oneof(join('#.all(x, # || x > 5)', is, b), join('#.exists(x, x == # && #)', ts, t, b)),
      join('#.exists_one(x, x > #)', is, i),
    ),
    int: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'cel' },
      from(
        '0',
        '1',
        '-7',
        '42',
        '9223372036854775807',
        'object.tier',
        'object.ports[1]',
        'object.ports[9]',
      ),
      fc.oneof(...['+', '-', '*', '/', '%'].map((sign) => join(`# ${sign} #`, i, i))),
      fc.oneof(join('size#', is), join('size#', t), join('# ? # : #', b, i, i), join('-#', i)),
    ),
    text: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'cel' },
      from(
        '""',
        '"a"',
        '"é😀"',
        'object.name',
        'object.tags[2]',
        'object.labels.owner',
        'object.labels.none',
      ),
      fc.oneof(join('# + #', t, t), join('string#', i), join('# ? # : #', b, t, t)),
    ),
    ints: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'cel' },
      from('[]', '[1, 2, 3]', 'object.ports'),
      fc.oneof(join('# + #', is, is), join('[#, #]', i, i), join('#.map(x, x + #)', is, i)),
      join('#.filter(x, x > # || #)', is, i, b),
    ),
    texts: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'cel' },
      from('[]', 'object.tags'),
      fc.oneof(join('[#]', t), join('#.filter(x, x != #)', ts, t), join('#.map(x, x + #)', ts, t)),
    ),
  };
});

const environment = celEnv();
const bound = { object: theirs(object) };

function theirs(value: unknown): CelInput {
  if (typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) return value.map(theirs);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, held]) => [key, theirs(held)]));
  return String(value);
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isCelUint(value)) return Number(value.value);
  return isCelList(value) ? [...value].map(plain) : value;
}

it('agrees with another engine on values and on what is an error', () => {
  let agreed = 0;

  fc.assert(
    fc.property(bool, (text) => {
      const compiled = compileCel(text);
      if (!compiled.ok) return;
      const mine = compiled.expression.evaluate({ object });
      const other = plan(environment, parse(text))(bound);
      if (isCelError(other)) expect(mine).toMatchObject({ ok: false, reason: 'error' });
      else expect(mine).toMatchObject({ ok: true, value: plain(other) });
      agreed += 1;
    }),
    { numRuns: 600 },
  );

  expect(agreed).toBeGreaterThan(500);
});
