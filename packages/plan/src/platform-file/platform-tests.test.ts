import { expect, test } from 'vitest';
import { textFile } from '../template/index.ts';
import { testPlatform } from './platform-tests.ts';
import { builtinPlatformText } from './platform-text.ts';

const files = { 'platform.yaml': builtinPlatformText };

const guardrail = (nobody: string) => `
apiVersion: pltf.dev/v1
kind: Guardrail
metadata: {name: has-owner}
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
    - {name: owned, object: {apiVersion: pltf.dev/v1, kind: Placement, spec: {owner: a}}, verdict: pass}
    - {name: nobody's, object: {apiVersion: pltf.dev/v1, kind: Placement, spec: {owner: "${nobody}"}}, verdict: fail}
`;

const path = (thinFile: string) =>
  new Map([
    [
      'tiny/template.yaml',
      textFile(`apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: tiny, title: Tiny, annotations: {pltf.dev/version: 1.0.0}}
spec:
  owner: everyone
  type: service
  parameters: {properties: {name: {type: string}}}
  steps:
    - {id: files, action: fetch:template, input: {url: ./skeleton, values: {name: '\${{ parameters.name }}'}}}
`),
    ],
    ['tiny/skeleton/pltf.yaml', textFile(thinFile)],
  ]);

test('the built-in platform passes', async () => {
  expect(await testPlatform(files, undefined)).toEqual([
    { kind: 'platform', name: 'files', ok: true, problems: [] },
  ]);
});

test('a guardrail is held to its own cases', async () => {
  const tried = async (nobody: string) =>
    (await testPlatform({ ...files, 'guardrails/a.yaml': guardrail(nobody) }, undefined)).filter(
      ({ kind }) => kind === 'guardrail',
    );

  expect((await tried('')).map(({ name, ok }) => [name, ok])).toEqual([
    ['has-owner: owned', true],
    ["has-owner: nobody's", true],
  ]);
  expect((await tried('ada'))[1]).toMatchObject({
    ok: false,
    problems: [expect.stringContaining('expected fail, got pass')],
  });
});

test('a golden path is rendered, and its thin file resolved with this platform', async () => {
  const good = 'kind: service\nname: ${{ values.name }}\nrun: {command: node a.js, size: small}\n';

  expect(await testPlatform(files, path(good))).toMatchObject([
    { ok: true },
    { kind: 'golden-path', name: 'tiny@1.0.0', ok: true },
  ]);
  expect(await testPlatform(files, path(good.replace('small', 'huge')))).toMatchObject([
    { ok: true },
    { ok: false, problems: ['pltf.yaml:3:33 there is no size `huge`'] },
  ]);
});

test('files that cannot be read say where, and nothing else is tried', async () => {
  expect(await testPlatform({ 'platform.yaml': 'domian: x' }, path(''))).toMatchObject([
    { kind: 'platform', ok: false, problems: [expect.stringContaining('platform.yaml:1:1')] },
  ]);
});
