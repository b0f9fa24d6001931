import { describe, expect, test } from 'vitest';
import { builtinPlatform } from './platform.ts';
import { platformDigest, readPlatformFiles } from './platform-files.ts';
import { builtinPlatformText } from './platform-text.ts';

const guardrail = (name: string) => `
apiVersion: pltf.dev/v1
kind: Guardrail
metadata: {name: ${name}}
spec:
  title: Owners
  why: Somebody answers for it.
  severity: low
  owner: everyone
  mode: warn
  match: {resources: [{group: pltf.dev, resource: placements}]}
  validations:
    - {expression: object.spec.owner != "", message: nobody owns it, path: spec.owner}
  remedy: {text: Name an owner.}
  cases:
    - {name: owned, object: {spec: {owner: a}}, verdict: pass}
    - {name: nobody's, object: {spec: {owner: ""}}, verdict: fail}
`;

describe('the files of a platform', () => {
  test('as a newcomer gets them say what the built-in platform is', () => {
    expect(readPlatformFiles({ 'platform.yaml': builtinPlatformText })).toMatchObject({
      ok: true,
      file: builtinPlatform,
      guardrails: [],
    });
  });

  test('are the platform file and its own guardrails', () => {
    const files = { 'platform.yaml': '{}', 'guardrails/owners.yaml': guardrail('has-owner') };

    expect(readPlatformFiles(files)).toMatchObject({
      ok: true,
      guardrails: [{ metadata: { name: 'has-owner' } }],
      digest: platformDigest(files),
    });
  });

  test('are told apart by their contents and not by their order', () => {
    expect(platformDigest({ a: '1', b: '2' })).toBe(platformDigest({ b: '2', a: '1' }));
    expect(platformDigest({ a: '1', b: '2' })).not.toBe(platformDigest({ a: '1', b: '3' }));
  });

  test('have every problem of every file told at once', () => {
    const read = readPlatformFiles({
      'platform.yaml': 'domian: x\nsizes: {}',
      'guardrails/a.yaml': guardrail('twice'),
      'guardrails/b.yaml': guardrail('twice'),
      'guardrails/c.yaml': 'kind: [',
    });

    const where = read.ok ? [] : read.problems.map((problem) => problem.where.split(':')[0]);
    expect(new Set(where)).toEqual(
      new Set(['platform.yaml', 'guardrails/b.yaml', 'guardrails/c.yaml']),
    );
  });

  test('without a platform file are none', () => {
    expect(readPlatformFiles({})).toMatchObject({
      ok: false,
      problems: [{ where: 'platform.yaml', message: 'it is missing' }],
    });
  });
});
