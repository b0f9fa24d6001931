import type { Verdict } from '@pltf/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verdictsToGithubAnnotations } from './github-annotations.ts';
import { verdictsToJunit } from './junit.ts';
import { verdictsToOpenReport } from './open-report.ts';
import { placeOf } from './place.ts';
import { verdictsToSarif } from './sarif.ts';

const options = { version: '0.1.0', fileName: 'pltf.yaml' };
const base = {
  guardrail: 'regions-allowed',
  title: 'Only allowed regions',
  severity: 'high',
  mode: 'enforce',
  subject: 'users-api.prod',
  why: 'Contracts.',
  remedy: 'Write `policy: {region: eu}`.',
} as const;
const denial: Verdict = {
  ...base,
  state: 'deny',
  message: 'in us-east-1',
  where: 'pltf.yaml:4:9',
  digest: 'sha256:00',
};
const verdicts: readonly Verdict[] = [
  denial,
  { ...base, state: 'pass', subject: 'users-api.staging' },
  {
    ...base,
    guardrail: 'within-budget',
    mode: 'warn',
    state: 'warn',
    message: 'dear',
    enforceFrom: '2027-01-01',
  },
  { ...base, guardrail: 'soon', mode: 'audit', state: 'warn', message: 'ends' },
  { ...base, guardrail: 'broken', state: 'error', message: 'no such key' },
  {
    ...base,
    guardrail: 'excepted',
    state: 'excepted',
    message: 'open',
    exception: { id: 'exc_1', owner: 'mia', team: 'team', expires: '2026-12-01T00:00:00Z' },
  },
  { ...base, guardrail: 'again', state: 'deny', expired: { id: 'exc_0', expired: '2026-01-01' } },
];

test('SARIF has a rule and a result with its place for all that is no pass, and tells exceptions as such', () => {
  const sarif = verdictsToSarif(verdicts, options);

  expect(sarif).toMatchSnapshot();
});

test('annotations stand at the line, and their level says what stops', () => {
  expect(verdictsToGithubAnnotations(verdicts, options)).toMatchSnapshot();
});

test('JUnit counts what fails, and skips what is excepted', () => {
  expect(verdictsToJunit(verdicts)).toMatchSnapshot();
});

test('a report of the cluster counts exceptions as skipped, not as passed', () => {
  const report = verdictsToOpenReport(verdicts, { name: 'users-api', now: new Date(0) });

  expect(report['summary']).toEqual({ pass: 1, fail: 2, warn: 2, error: 1, skip: 1 });
  expect(report).toMatchSnapshot();
});

test('a place is read from its end, so that a colon in a name does no harm', () => {
  expect(placeOf('a:b.yaml:3:4')).toEqual({ file: 'a:b.yaml', line: 3, column: 4 });
  for (const none of [undefined, '', 'pltf.yaml', 'pltf.yaml:0:1', 'a\nb:1:1', 'x:1'])
    expect(placeOf(none)).toBeUndefined();
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    ']]><failure/>',
    '" onload="x',
    '\n::error file=x::owned',
    '%0A::stop-commands::',
    '\u0000\u001b[31m',
    '\ud800',
    '&amp;<![CDATA[',
  ),
);
const hostileVerdict = fc
  .record({
    title: hostile,
    message: hostile,
    subject: hostile,
    remedy: hostile,
    why: hostile,
    where: hostile,
  })
  .map((texts): Verdict => ({ ...denial, ...texts }));

test('no text gets out of its annotation', () => {
  fc.assert(
    fc.property(fc.array(hostileVerdict, { minLength: 1, maxLength: 3 }), (list) => {
      const lines = verdictsToGithubAnnotations(list, options).split(/[\r\n]/);

      expect(lines.length).toBe(list.length + 1);
      for (const line of lines.slice(0, -1))
        expect(line).toMatch(/^::error file=[^:]*,title=[^:]*::/);
    }),
  );
});

test('no text gets out of its element or attribute', () => {
  const element =
    /<\?xml version="1.0" encoding="UTF-8"\?>|<\/?(?:testsuites|testsuite|testcase|failure)(?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot|apos|#\d+);[^"<&]*)*")*\/?>/g;
  fc.assert(
    fc.property(hostileVerdict, (verdict) => {
      const xml = verdictsToJunit([verdict]);
      const rest = xml.replace(element, '');

      expect(rest).not.toMatch(/[<>]/);
      expect(rest).not.toMatch(/&(?!(?:amp|lt|gt|quot|apos|#\d+);)/);
      // Characters that XML 1.0 cannot hold.
      expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      expect(Buffer.from(xml, 'utf8').toString('utf8')).toBe(xml);
    }),
  );
});

test('SARIF and the report are JSON that reads back, with whole characters', () => {
  fc.assert(
    fc.property(hostileVerdict, (verdict) => {
      for (const made of [
        verdictsToSarif([verdict], options),
        verdictsToOpenReport([verdict], { name: 'x', now: new Date(0) }),
      ]) {
        const text = JSON.stringify(made);
        expect(JSON.parse(text)).toEqual(made);
        expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
        expect(text).not.toMatch(/\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])/i);
      }
    }),
  );
});
