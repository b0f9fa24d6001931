import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Home } from './testing/call-cli.ts';

let home: Home;

beforeEach(() => {
  home = new Home({});
});
afterEach(() => home[Symbol.dispose]());

function write(path: string, text: string): void {
  const file = join(home.directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const template = `
kind: ConstraintTemplate
metadata: {name: replicas}
spec:
  targets:
    - code:
        - engine: K8sNativeValidation
          source:
            validations:
              - {expression: "variables.anyObject.spec.?replicas.orValue(1) <= 3", message: too many}
`;
const deployment = (replicas: number): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: ${replicas}}\n`;
const suite = (object: string, violations: string): string => `
kind: Suite
tests:
  - {name: replicas, template: template.yaml, constraint: constraint.yaml, cases: [{name: one, object: ${object}, assertions: [{violations: ${violations}}]}]}
`;

beforeEach(() => {
  write('library/replicas/template.yaml', template);
  write('library/replicas/constraint.yaml', 'kind: Replicas\nspec: {}\n');
  write('library/replicas/few.yaml', deployment(2));
  write('library/replicas/many.yaml', deployment(9));
});

describe('pltf guardrail test', () => {
  test('runs every suite below a folder', async () => {
    write('library/replicas/suite.yaml', suite('many.yaml', 'yes'));

    const { code, out } = await home.pltf(['guardrail', 'test', 'library']);

    expect(out).toContain('1 of 1 case pass, in 1 suite.');
    expect(code).toBe(0);
  });

  test('says what was expected and what came of a case that fails, and ends with 1', async () => {
    write('library/replicas/suite.yaml', suite('few.yaml', 'yes'));

    const { code, out } = await home.pltf(['guardrail', 'test', 'library']);

    expect(out).toContain('replicas/suite.yaml: replicas, one');
    expect(out).toContain('0 of 1 case pass');
    expect(code).toBe(1);
  });

  test.each([
    ['../../outside.yaml', () => undefined],
    [
      'link.yaml',
      () =>
        symlinkSync(
          join(home.directory, 'outside.yaml'),
          join(home.directory, 'library/replicas/link.yaml'),
        ),
    ],
  ])('reads nothing outside of the folder: %s', async (path, prepare) => {
    write('outside.yaml', deployment(2));
    prepare();
    write('library/replicas/suite.yaml', suite(path, 'no'));

    const { code, out } = await home.pltf(['guardrail', 'test', 'library']);

    expect(out).toContain('there is no file');
    expect(code).toBe(1);
  });

  test('of what is no folder says so', async () => {
    const { code, err } = await home.pltf(['guardrail', 'test', 'nowhere']);

    expect(err).toContain('nowhere is no folder');
    expect(code).toBe(1);
  });
});
