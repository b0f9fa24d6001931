import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseGuardrails } from './parse-guardrails.ts';
import { testGuardrails } from './test-guardrails.ts';

test('the guardrail that the README shows is one, and its cases hold', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];

  const parsed = parseGuardrails(example, 'README.md');

  expect(parsed).toMatchObject({ ok: true });
  expect(testGuardrails(parsed.ok ? parsed.guardrails : []).map(({ ok }) => ok)).toEqual([
    true,
    true,
  ]);
});
