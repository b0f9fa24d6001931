import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, digestOf } from './digest.ts';

test('a digest is the SHA-256 that everybody else computes', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const value: unknown = JSON.parse(json);
      const expected = createHash('sha256').update(canonicalJson(value)).digest('hex');

      expect(digestOf(value)).toBe(`sha256:${expected}`);
    }),
  );
});

test('texts of every length around a block have the right digest', () => {
  for (let length = 0; length < 200; length += 1) {
    const text = 'ä'.repeat(length);
    const expected = createHash('sha256').update(JSON.stringify(text)).digest('hex');
    expect(digestOf(text)).toBe(`sha256:${expected}`);
  }
});

test('the order of keys and what is undefined change nothing; everything else does', () => {
  expect(digestOf({ a: 1, b: [2, { c: 3, d: undefined }] })).toBe(
    digestOf({ b: [2, { c: 3 }], a: 1 }),
  );
  expect(digestOf({ a: 1 })).not.toBe(digestOf({ a: '1' }));
  expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
  expect(digestOf({ a: null })).not.toBe(digestOf({}));
});

test('canonical JSON reads back as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
