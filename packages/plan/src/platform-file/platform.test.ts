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
    ['domian: x', 'platform.yaml:1:1 unknown key `domian`'],
    [
      'environments: [{name: a, runtim: x}]',
      'platform.yaml:1:26 unknown key `environments.0.runtim`',
    ],
    ['environments: [{name: a, runtime: agnet}]', 'platform.yaml:1:35 there is no runtime `agnet`'],
    ['environments: [{name: a, sizes: [smal]}]', 'platform.yaml:1:34 there is no size `smal`'],
    ['environments: [{name: a, sizes: []}]', 'platform.yaml:1:33 nothing could run in `a`'],
    ['environments: [{name: a, offers: [pg]}]', 'platform.yaml:1:35 there is no offer `pg`'],
    ['environments: [{name: a, ttl: 7d}]', 'platform.yaml:1:31 `a` is stable'],
    [
      'environments: [{name: a, kind: preview}]',
      'platform.yaml:1:15 environments: at least one has to be stable',
    ],
    [
      'environments: [{name: a, quota: {memoryMiB: 100}}]',
      'platform.yaml:1:45 nothing fits into `a`',
    ],
    [
      'environments: [{name: a, follows: default-branch, approvers: [ops]}]',
      'platform.yaml:1:62 `a` follows the default branch',
    ],
    ['offers: {pg: {plans: {}}}', 'platform.yaml:1:22 the offer `pg` has no plans'],
    [
      'offers: {pg: {broker: "ftp://x", plans: {s: {}}}}',
      'platform.yaml:1:23 `ftp://x` is no broker',
    ],
    ['exceptions: {longest: 9999d}', 'platform.yaml:1:23 9999d is longer than two years'],
    ['runtimes: {k: {driver: kubernets}}', 'platform.yaml:1:24 runtimes.k.driver: '],
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

  test('names what was meant', () => {
    const parsed = parsePlatformFile('environments: [{name: a, sizes: [smal], runtme: agent}]');

    expect(parsed).toMatchObject({ problems: [{ fix: 'Did you mean `runtime`?' }] });
    expect(parsePlatformFile('environments: [{name: a, sizes: [smal]}]')).toMatchObject({
      problems: [{ fix: 'Did you mean `small`?' }],
    });
  });

  test('nested without end is refused, not followed', () => {
    const parsed = parsePlatformFile('- '.repeat(100_000));

    expect(parsed).toMatchObject({ ok: false, problems: [{ message: 'nested too deeply' }] });
  });

  test.each([
    ['context: a', '4:8 the runtime `k` has no `registry`'],
    ['registry: r.io, context: a, issuer: acme', '4:65 `issuer` is of an Ingress'],
    ['registry: r.io, context: a, entry: {port: 8443}', '4:64 there is no way in that `entry`'],
    ['registry: r.io, context: a, signIn: {group: a.b, kind: C, name: d}', '4:65 `signIn` is of'],
    ['registry: "https://r.io", context: a', '4:39 runtimes.k.registry: '],
    ['registry: r.io, context: a, outbound: [10.0.0.0]', '4:68 runtimes.k.outbound.0: '],
    ['registry: r.io, context: a, gateway: {name: A}', '4:'],
  ])('with a cluster of %j is refused with its place', (rule, expected) => {
    const parsed = parsePlatformFile(
      `environments: [{name: a, runtime: k}]
runtimes:
  agent: {driver: agent}
  k:   {driver: kubernetes, ${rule}}
`,
    );

    const problems = parsed.ok ? [] : parsed.problems;
    const [first] = problems.map(({ where, message }) => `${where} ${message}`);
    expect(first).toContain(`platform.yaml:${expected}`);
    expect(problems[0]?.fix ?? problems[0]?.message).toBeTruthy();
  });
});
