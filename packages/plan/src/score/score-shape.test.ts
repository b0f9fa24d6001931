import { existsSync, readFileSync } from 'node:fs';
import { Spec } from '@pltf/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtinPlatform } from '../platform-file/platform.ts';
import { readThinFileOrScore, resolveComponent } from '../thin-file/read-components.ts';
import { ScoreFile } from './score-shape.ts';

const schemaFile = new URL(
  '../../../../../shared/corpora/score/score-v1b1.schema.json',
  import.meta.url,
);
const present = existsSync(schemaFile);

const whole = {
  apiVersion: 'score.dev/v1b1',
  metadata: { name: 'shop', annotations: { 'example.com/tags': 'a,b' }, other: { x: 1 } },
  service: { ports: { web: { port: 80, targetPort: 8080, protocol: 'TCP' } } },
  containers: {
    main: {
      image: '.',
      command: ['/bin/sh'],
      args: ['-c', 'true'],
      variables: { NAME: 'value' },
      files: { '/etc/a': { content: 'a', mode: '0644', noExpand: true } },
      volumes: { '/data': { source: 'data', path: 'sub', readOnly: true } },
      before: { side: { ready: 'healthy' } },
      resources: { limits: { memory: '1.5Gi', cpu: '0.5' }, requests: { cpu: '100m' } },
      livenessProbe: { httpGet: { path: '/', port: 80, scheme: 'HTTP', host: 'a' } },
      readinessProbe: { exec: { command: ['true'] } },
    },
    side: {
      image: 'busybox',
      files: [{ target: '/a', source: 'a' }],
      volumes: [{ source: 'data', target: '/data' }],
    },
  },
  resources: {
    db: { type: 'postgres', class: 'large', id: 'a.b-c', metadata: {}, params: { a: [1] } },
  },
};

const odd = fc.constantFrom<unknown>(
  null,
  '',
  'a',
  'ab',
  'A-b',
  '-ab',
  'ab-',
  'a'.repeat(63),
  'a'.repeat(64),
  'TCP',
  'HTTP',
  'http',
  'score.dev/v1b2',
  '0644',
  '644',
  '0888',
  '128Mi',
  '0.5Gi',
  '01Gi',
  '12m',
  '1.5',
  'a=b',
  'a..b',
  0,
  1,
  1.5,
  -1,
  65_535,
  65_536,
  true,
  [],
  ['a'],
  [1],
  {},
  { a: 'b' },
  { ab: {} },
  { target: '/x' },
  { source: 'x' },
  { source: 'x', content: 'y' },
  { ready: 'complete' },
  { port: 80 },
  { exec: { command: [] } },
);

/** The document with one value somewhere in it replaced, added or taken out. */
const changed = fc
  .tuple(fc.nat(), odd, fc.constantFrom('replace', 'add', 'remove'), odd)
  .map(([at, value, how, key]) => {
    const document: unknown = structuredClone(whole);
    const spots = spotsIn(document);
    const [holder, name] = spots[at % spots.length] ?? [{}, ''];
    if (how === 'remove') delete holder[name];
    else if (how === 'replace') holder[name] = value;
    else holder[typeof key === 'string' && key !== '' ? key : 'target'] = value;
    return document;
  });

function spotsIn(value: unknown): readonly (readonly [Record<string, unknown>, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [[holder, key] as const, ...spotsIn(holder[key])]);
}

describe('the shape of a Score workload', () => {
  test('accepts what the specification shows', () => {
    expect(ScoreFile.safeParse(whole).success).toBe(true);
  });

  test.each([
    [{ ...whole, apiVersion: 'score.dev/v1b2' }],
    [{ ...whole, containers: {} }],
    [{ ...whole, extra: 1 }],
    [{ ...whole, metadata: {} }],
    [{ ...whole, metadata: { name: 'test_deployment' } }],
    [{ ...whole, containers: { main: { image: '' } } }],
    [{ ...whole, containers: { main: { image: '.', variables: { A: 1 } } } }],
    [{ ...whole, containers: { main: { image: '.', readinessProbe: {} } } }],
    [
      {
        ...whole,
        containers: { main: { image: '.', files: { '/a': { target: '/a', content: 'x' } } } },
      },
    ],
  ])('refuses %j', (document) => {
    expect(ScoreFile.safeParse(document).success).toBe(false);
  });

  test('whatever it accepts is planned, or refused with a place and a remedy', () => {
    fc.assert(
      fc.property(changed, (document) => {
        const [component] = readThinFileOrScore(JSON.stringify(document), 'score.json');
        if (component === undefined) throw new Error('no result');
        const result = component.ok ? resolveComponent(component, builtinPlatform) : component;

        if (result.ok) {
          expect(Spec.parse(result.spec)).toEqual(result.spec);
          return;
        }
        expect(result.problems.length).toBeGreaterThan(0);
        for (const { where, message, fix } of result.problems) {
          expect(where).toMatch(/^score\.json:\d+:\d+$/);
          expect(message).not.toBe('');
          expect(fix).toBeTruthy();
        }
      }),
      { numRuns: 400 },
    );
  });

  test.skipIf(!present)(
    'is that of the published schema (skipped where ../shared/corpora/score is not beside the repository)',
    () => {
      const schema: object = JSON.parse(readFileSync(schemaFile, 'utf8'));
      const validate = new Ajv2020({ strict: false }).compile(schema);

      expect(validate(whole)).toBe(true);
      fc.assert(
        fc.property(changed, (document) => {
          expect(ScoreFile.safeParse(document).success).toBe(validate(document));
        }),
        { numRuns: 1_500 },
      );
    },
  );
});
