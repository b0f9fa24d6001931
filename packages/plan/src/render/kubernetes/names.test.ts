import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint, labelValue, namespaceOf, objectName, shortened } from './names.ts';
import { cpuQuantity, memoryQuantity } from './quantity.ts';

const label = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;

describe('names', () => {
  it('never meet: labels and environments have no two dashes in a row, and what is cut ends with a fingerprint', () => {
    expect(namespaceOf('users-api', 'prod')).toBe('users-api--prod');
    expect(namespaceOf('a-b', 'c')).not.toBe(namespaceOf('a', 'b-c'));
    const long = 'x'.repeat(62);
    expect(namespaceOf(`${long}a`, 'prod')).not.toBe(namespaceOf(`${long}b`, 'prod'));
    expect(objectName('y'.repeat(63)).length).toBe(52);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 20, max: 63 }), (a, b, limit) => {
        expect(shortened(a, limit).length).toBeLessThanOrEqual(limit);
        expect(shortened(a, limit) === shortened(b, limit)).toBe(a === b);
        expect(fingerprint(a)).toMatch(/^[0-9a-z]{10}$/);
        expect(labelValue(a)).toMatch(label);
      }),
    );
  });

  it('write quantities as Kubernetes writes them back', () => {
    expect([32, 256, 1024, 1536, 2048, 1_048_576].map(memoryQuantity)).toEqual([
      '32Mi',
      '256Mi',
      '1Gi',
      '1536Mi',
      '2Gi',
      '1Ti',
    ]);
    expect([0.05, 0.25, 1, 1.5, 128, 0.0001].map(cpuQuantity)).toEqual([
      '50m',
      '250m',
      '1',
      '1500m',
      '128',
      '1m',
    ]);
  });
});
