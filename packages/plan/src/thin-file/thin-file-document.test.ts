import { readFileSync } from 'node:fs';
import { PlatformFile } from '@pltf/contracts';
import { expect, test } from 'vitest';
import { resolveSpec } from './resolve-spec.ts';
import { parseThinFile } from './thin-file-parser.ts';
import { tierDefaults } from './tiers.ts';

const text = readFileSync(new URL('../../../../docs/thin-file.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml);
const platform = PlatformFile.parse({
  offers: { postgres: { plans: { small: {}, large: {} } }, redis: { plans: { small: {} } } },
});

test('every example of the document is a thin file that can be planned', () => {
  expect(examples).toHaveLength(4);
  for (const example of examples) {
    const parsed = parseThinFile(example);
    expect(parsed).toMatchObject({ ok: true });
    if (parsed.ok) expect(resolveSpec(parsed.file, platform)).toMatchObject({ ok: true });
  }
});

test('the document says of each tier what the code does', () => {
  for (const tier of [1, 2, 3]) {
    const [, availability, instances] =
      new RegExp(`^\\| ${tier} [^|]*\\| ([0-9.]+) % \\| ([0-9]+) \\|`, 'm').exec(text) ?? [];
    expect(Number(availability)).toBe(tierDefaults(tier).availability);
    expect(Number(instances)).toBe(tierDefaults(tier).instances);
  }
});
