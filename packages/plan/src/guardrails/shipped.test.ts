import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PlacementObject } from '@pltf/contracts';
import { expect, test } from 'vitest';
import { exampleObject } from './example-objects.ts';
import { parseGuardrails } from './parse-guardrails.ts';
import { shippedGuardrails } from './shipped.ts';
import { testGuardrails } from './test-guardrails.ts';

const folder = new URL('shipped/', import.meta.url);

/** Single quotes as the formatter wants them. */
const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\u2028', '\\u2028')}'`;

const documents = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .flatMap((name) => {
      const parsed = parseGuardrails(readFileSync(new URL(name, folder), 'utf8'), name);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, undefined, 2));
      return parsed.guardrails;
    });

test('what is shipped is what the YAML files say; `vitest -u` writes it anew', async () => {
  const lines = documents().map((guardrail) => `  ${quoted(JSON.stringify(guardrail))},\n`);

  const text = `// Written from shipped/*.yaml by shipped.test.ts: programs read no YAML to start.\nexport const shippedDocuments: readonly string[] = [\n${lines.join('')}];\n`;

  await expect(text).toMatchFileSnapshot(
    fileURLToPath(new URL('shipped-documents.ts', import.meta.url)),
  );
});

test.each(testGuardrails(documents()))('$guardrail: $name', ({ expected, state, ok, message }) => {
  expect({ ok, expected, state, message }).toMatchObject({ ok: true });
});

test('the placement that cases are told from is whole', () => {
  expect(PlacementObject.parse(exampleObject('placement'))).toEqual(exampleObject('placement'));
});

test('each has an id of its own', () => {
  const names = shippedGuardrails().map(({ metadata }) => metadata.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(0);
});
