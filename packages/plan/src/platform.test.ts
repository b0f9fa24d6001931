import { describe, expect, test } from 'vitest';
import { builtinPlatform, parsePlatformFile } from './platform.ts';

describe('a platform file', () => {
  test('that is empty of wishes is the built-in one', () => {
    expect(parsePlatformFile('{}')).toEqual({ ok: true, platform: builtinPlatform });
  });

  test('changes what it names', () => {
    const parsed = parsePlatformFile(
      'domain: apps.example.com\nsizes:\n  tiny: {memoryMiB: 64, cpu: 0.1}\n',
    );

    expect(parsed).toMatchObject({
      ok: true,
      platform: { domain: 'apps.example.com', sizes: { tiny: { memoryMiB: 64 } } },
    });
  });

  test.each([
    ['', 'platform.yaml:1:1'],
    ['domain: [', 'platform.yaml:1:'],
    ['domain: "A b"', 'platform.yaml:1:9 domain: '],
    ['sizes:\n  tiny: {memoryMiB: 1, cpu: 0.1}', 'platform.yaml:2:21 sizes.tiny.memoryMiB: '],
    ['domian: x', 'platform.yaml:1:1 '],
    [
      'environments:\n  - name: a\n  - name: a',
      'platform.yaml:3:11 there are two environments `a`',
    ],
    ['sizes: {}', 'platform.yaml:1:8 sizes: at least one is needed'],
    ['domain: a\ndomain: b', 'platform.yaml:2:1 `domain` is there twice'],
  ])('%j is refused with its place', (text, expected) => {
    const parsed = parsePlatformFile(text);

    expect(parsed.ok).toBe(false);
    if (!parsed.ok)
      expect(`${parsed.problems[0]?.where} ${parsed.problems[0]?.message}`).toContain(expected);
  });

  test('nested without end is refused, not followed', () => {
    const parsed = parsePlatformFile('- '.repeat(100_000));

    expect(parsed).toMatchObject({ ok: false, problems: [{ message: 'nested too deeply' }] });
  });
});
