import { shippedGuardrails } from '@pltf/plan';
import { describe, expect, test } from 'vitest';
import { gate, guardrailSource } from '../policy/index.ts';
import { regionGuardrail, snapshotWith, thinFile } from '../policy/testing/placed.ts';
import { creationGate, refuseCreation } from './creation-gate.ts';

const shipped = shippedGuardrails().map(({ metadata }) => metadata.name);

function gateWith(guardrail: string) {
  const snapshot = snapshotWith(shipped, { 'own.yaml': guardrail });
  const platform = { current: () => snapshot.file, snapshot: () => snapshot };
  const judging = gate({
    platform,
    guardrails: guardrailSource(platform),
    exceptions: { active: () => Promise.resolve([]) },
    paths: { goldenPaths: () => Promise.resolve([]) },
    clock: { now: () => new Date('2026-03-01T12:00:00Z') },
  });
  return creationGate({ gate: judging, platform });
}

const filesOf = (text: string) =>
  new Map([['pltf.yaml', { bytes: Buffer.from(text), executable: false }]]);

describe('a creation that a guardrail denies', () => {
  test('is refused at the line of its thin file, once for each environment that it would go to', async () => {
    const refused = await gateWith(regionGuardrail())(
      'shop',
      'team-a',
      filesOf(thinFile('shop', 'mars')),
    );

    expect(refused).toEqual(
      ['preview', 'staging'].map((environment) => ({
        where: 'pltf.yaml:4:18',
        message: `own-region in ${environment}: the region is not one of local, eu`,
        fix: 'Write region=eu.',
      })),
    );
    expect(() => refuseCreation('shop', refused)).toThrow('do not allow shop');
  });

  test('is not refused by what only warns, nor where nothing is wrong', async () => {
    const mild = gateWith(regionGuardrail('warn'));
    const strict = gateWith(regionGuardrail());

    expect(await mild('shop', 'team-a', filesOf(thinFile('shop', 'mars')))).toEqual([]);
    expect(await strict('shop', 'team-a', filesOf(thinFile('shop', 'eu')))).toEqual([]);
    expect(() => refuseCreation('shop', [])).not.toThrow();
  });

  test('what is no thin file is for others to say', async () => {
    expect(await gateWith(regionGuardrail())('shop', 'team-a', filesOf('kind: [\n'))).toEqual([]);
  });
});
