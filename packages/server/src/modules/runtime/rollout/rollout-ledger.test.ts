import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../persistence/test-database.ts';
import { memoryLedger } from '../testing/memory-ledger.ts';
import { rolloutRecord, wantedPlacement } from '../testing/rollout-records.ts';
import { postgresRolloutLedger } from './rollout-ledger.postgres.ts';
import type { RolloutLedger } from './rollout-ledger.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const ledgers: readonly (readonly [string, () => RolloutLedger])[] = [
  ['in PostgreSQL', () => postgresRolloutLedger(database.db)],
  ['in memory', memoryLedger],
];

describe.each(ledgers)('a ledger %s', (_, open) => {
  test('gives back what was written', async () => {
    const ledger = open();
    const wanted = { ...wantedPlacement({ schedule: '0 3 * * *' }), callers: [], callees: {} };
    const image = { reference: 'registry.example.com/users-api@sha256:1', user: 1000 };
    const facts = { minor: 33, kinds: ['apps/v1/Deployment'], zones: 2 };
    const record = rolloutRecord({
      placement: 'kept.prod',
      current: { wanted, image, facts },
      good: { wanted: { ...wanted, schedule: undefined } },
      reason: { code: 'crash', detail: 'it ended', fix: 'read the log', log: ['one'] },
    });

    await ledger.write(record, 0);

    expect(await ledger.read('cluster', 'kept.prod')).toEqual({ record, version: 1 });
    expect(await ledger.read('another', 'kept.prod')).toBeUndefined();
  });

  test('lets nobody overwrite what was not read', async () => {
    const ledger = open();
    const record = rolloutRecord({ placement: 'contested.prod' });
    const version = await ledger.write(record, 0);
    await ledger.write({ ...record, stage: 'workload' }, version);

    for (const over of [version, 0])
      await expect((async () => ledger.write(record, over))()).rejects.toThrow('another server');

    expect((await ledger.read('cluster', 'contested.prod'))?.record.stage).toBe('workload');
  });

  test('knows the placements of a runtime until they are removed', async () => {
    const ledger = open();
    for (const placement of ['one.prod', 'two.prod'])
      await ledger.write(rolloutRecord({ placement, runtime: 'east' }), 0);

    await ledger.remove('east', 'one.prod');

    expect(await ledger.placements('east')).toEqual(['two.prod']);
  });
});
