import { PlatformFile } from '@pltf/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refuseOverQuota } from './quota.ts';

const platform = PlatformFile.parse({
  environments: [{ name: 'prod', quota: { memoryMiB: 1024, instances: 3 } }, { name: 'free' }],
});
const held = (instances: number, memoryMiB: number) => ({ instances, memoryMiB });
const ask = (
  before: ReturnType<typeof held>,
  after: ReturnType<typeof held>,
  environment = 'prod',
) => refuseOverQuota(platform, { component: 'shop', environment, before, after });

test('what is within the quota, or has none, is allowed', () => {
  expect(() => ask(held(0, 0), held(3, 1024))).not.toThrow();
  expect(() => ask(held(0, 0), held(90, 90_000), 'free')).not.toThrow();
});

test.each([
  [held(3, 768), held(4, 1000), 'shop may have 3 instances in prod, and this would be 4'],
  [
    held(1, 512),
    held(2, 1500),
    'shop may have 1024 MiB of memory in prod, and this would be 1500 MiB',
  ],
])('what goes over it is refused with the remedy', (before, after, detail) => {
  expect(() => ask(before, after)).toThrow(detail);
});

test('what is over a quota that was lowered may stay and shrink, and never grows', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), (before, after) => {
      const attempt = () => ask(held(before, 0), held(after, 0));

      if (after > 3 && after > before) expect(attempt).toThrow('quota-exceeded');
      else expect(attempt).not.toThrow();
    }),
  );
});
