import { getConformanceSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { expect, it } from 'vitest';
import { conformance } from './conformance.ts';

it('gives what the specification says for every vector of the profile', () => {
  const counts = conformance(getConformanceSuite());

  expect(counts.core.misses).toEqual([]);
  expect(counts.core.of).toBeGreaterThanOrEqual(1078);
  expect(counts.optionals).toEqual({ passed: 59, of: 59, misses: [] });
  expect(counts.strings).toEqual({ passed: 206, of: 206, misses: [] });
  expect(counts['two-variable macros']).toEqual({ passed: 46, of: 46, misses: [] });
}, 30_000);
