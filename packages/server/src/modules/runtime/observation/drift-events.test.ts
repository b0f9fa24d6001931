import { describe, expect, it } from 'vitest';
import { driftSentence } from './drift-events.ts';

const field = { object: 'Deployment users-api', field: '.spec.replicas', manager: 'kubectl-edit' };

describe('the sentence about a field that drifted', () => {
  it('says who changed what, and from what', () => {
    expect(driftSentence({ ...field, wanted: '2', live: '5' })).toBe(
      'kubectl-edit changed .spec.replicas of Deployment users-api: 5 instead of 2',
    );
  });

  it('tells a field that was added from one that was taken out', () => {
    expect(driftSentence({ ...field, live: '"x"' })).toBe(
      'kubectl-edit added .spec.replicas to Deployment users-api',
    );
    expect(driftSentence({ ...field, wanted: '2', manager: 'unknown' })).toBe(
      'Somebody took .spec.replicas out of Deployment users-api',
    );
  });
});
