import { expect, it } from 'vitest';
import { type CelExpression, celValue, celVariables, compileCel } from './index.ts';

function expression(text: string): CelExpression {
  const compiled = compileCel(text);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.expression;
}

const object = {
  spec: { region: 'eu-1', tier: 2, cost: { monthly: 12, parts: [3, 4.5] }, run: null },
};

it.each([
  ['object.spec.region in ["eu-1"] && object.spec.tier + 1 == 3', true],
  ['object.spec.tier % 2', 0],
  ['type(object.spec.tier) == int', true],
  ['object.spec.run == null && has(object.spec.run)', true],
  ['object.spec.?none.hasValue()', false],
  ['object.spec.cost.parts.map(p, p * 2.0)', 'error'],
  ['[?object.spec.?none, 1, ?object.spec.?region]', [1, 'eu-1']],
  ['{?"a": object.spec.?none, "b": 1}', { b: 1 }],
  ['object.spec.?region.optMap(r, r + "!").orValue("")', 'eu-1!'],
  ['duration("90m")', '5400s'],
  ['timestamp("2026-01-31T12:00:00.5Z")', '2026-01-31T12:00:00.5Z'],
  ['9007199254740993', '9007199254740993'],
  ['optional.none()', null],
  ['b"ab"', 'YWI='],
])('%s gives %j', (text, expected) => {
  const result = expression(text).evaluate({ object });

  expect(result.ok ? result.value : result.reason).toEqual(expected);
});

it('reads paths that a schema calls number as doubles, whatever they hold', () => {
  const input = celValue(object, { doubles: ['spec.cost.monthly', 'spec.cost.parts.*'] });

  const kinds = expression(
    '[type(object.spec.cost.monthly), type(object.spec.cost.parts[0]), type(object.spec.tier)]',
  ).evaluate({ object: input });

  expect(kinds).toMatchObject({ value: ['double', 'double', 'int'] });
});

it('names the place and the remedy of a text that is no expression', () => {
  expect(compileCel('object.spec.siz() > 1')).toEqual({
    ok: false,
    problems: [{ offset: 12, message: "there is no method 'siz': did you mean 'size'?" }],
  });
  expect(compileCel('a && ')).toMatchObject({ problems: [{ offset: 5 }] });
});

it('fails with what is missing, and lets || look past it', () => {
  expect(expression('object.spec.zone == "a"').evaluate({ object })).toMatchObject({
    ok: false,
    reason: 'error',
    message: 'no such key: zone',
  });
  expect(expression('object.spec.zone == "a" || true').evaluate({ object })).toMatchObject({
    value: true,
  });
});

it('makes a lazy variable when it is first read, and once', () => {
  let made = 0;
  const lazy = {
    'variables.rate': () => {
      made += 1;
      return { eur: 2 };
    },
  };

  expression('1 == 1 || variables.rate.eur == 2').evaluate({ object }, { lazy });
  expect(made).toBe(0);
  const result = expression('variables.rate.eur + variables.rate.eur').evaluate(
    { object },
    { lazy },
  );

  expect(result).toMatchObject({ ok: true, value: 4 });
  expect(made).toBe(1);
});

it('evaluates named expressions once for all that read them, and charges the first reader', () => {
  const definitions = [
    { name: 'regions', expression: expression('["eu-1", "eu-2"].filter(r, r != "eu-2")') },
    { name: 'home', expression: expression('variables.regions[0]') },
  ];
  const variables = celVariables(definitions, { object });
  const reader = expression('variables.home == object.spec.region');

  const first = reader.evaluate({ object, variables });
  const second = reader.evaluate({ object, variables });

  expect(first).toMatchObject({ ok: true, value: true });
  expect(second).toMatchObject({ ok: true, value: true });
  expect(first.gas).toBeGreaterThan(second.gas);
});

it('lets a named expression read only those before it, and names the one that fails', () => {
  const definitions = [
    { name: 'first', expression: expression('variables.second') },
    { name: 'second', expression: expression('1') },
  ];
  const variables = celVariables(definitions, {});

  expect(expression('variables.first').evaluate({ variables })).toMatchObject({
    ok: false,
    message: 'variables.first: no such key: second',
  });
  expect(expression('variables.second').evaluate({ variables })).toMatchObject({ value: 1 });
});

it('stops a named expression at the steps that its reader has left', () => {
  const heavy = expression('lists.range(500).all(x, x >= 0)');
  const variables = celVariables([{ name: 'heavy', expression: heavy }], {});

  const result = expression('variables.heavy || true').evaluate({ variables }, { gas: 100 });

  expect(result).toMatchObject({ ok: false, reason: 'gas' });
});

it('calls functions that it was given, over JSON', () => {
  const compiled = compileCel('clock.now() > timestamp("2026-01-01T00:00:00Z") && twice(2) == 4', {
    functions: {
      'clock.now/0': () => new Date('2026-06-01T00:00:00Z'),
      'twice/1': (value) => Number(value) * 2,
    },
  });

  expect(compiled.ok && compiled.expression.evaluate({})).toMatchObject({ ok: true, value: true });
});
