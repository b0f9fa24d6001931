import { expect, it } from 'vitest';
import { compileCel } from './index.ts';

it('evaluates an expression over JSON', () => {
  const compiled = compileCel('object.spec.region in ["eu-1"] && object.spec.tier + 1 == 3');
  if (!compiled.ok) throw new Error('does not compile');

  const result = compiled.expression.evaluate({ object: { spec: { region: 'eu-1', tier: 2 } } });

  expect(result).toMatchObject({ ok: true, value: true });
});
