import type { ObservedPlacement } from '@pltf/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wantedPlacement } from '../../../modules/runtime/testing/rollout-records.ts';
import { type DriverBench, driverBench } from './testing/driver-bench.ts';

const namespace = 'users-api--prod';
const id = 'users-api.prod';
const wanted = (revision: number, volume?: string) =>
  wantedPlacement({
    ...{ revision, release: revision, instances: 1 },
    run: { startTimeoutMs: 1000, ...(volume === undefined ? {} : { volume }) },
  });
const ended = ({ rollout }: ObservedPlacement) =>
  ['done', 'rolled-back', 'failed'].includes(rollout?.step ?? '');

let bench: DriverBench;
beforeEach(async () => {
  bench = await driverBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const claims = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
/** As the controller of a StatefulSet makes one, and as somebody makes one by hand. */
const claim = (name: string) =>
  void bench.cluster.edit({ ...claims, namespace, name }, 'kube-controller-manager', {});
const there = () =>
  bench.cluster.objects
    .in(namespace)
    .filter(({ kind }) => kind === 'PersistentVolumeClaim')
    .map(({ metadata }) => metadata.name);
/** A release that has a volume, and then one that has none. */
const withoutVolume = async () => {
  await bench.reach(wanted(1, '/srv/files'), ended);
  for (const name of ['volume-users-api-0', 'volume-users-api-1', 'by-hand']) claim(name);
  return bench.reach(wanted(2), ended);
};
const note = (what: string) => ({
  what,
  because: expect.stringContaining(`pltf prune ${id} --confirm "${what}"`) as string,
});

test('volumes that no release wants stay, are named with the command, and go when somebody confirms it', async () => {
  const after = await withoutVolume();
  expect(after.notes).toContainEqual(note('volume volume-users-api'));
  expect(await bench.driver.kept?.(id)).toEqual([note('volume volume-users-api')]);
  expect(there()).toHaveLength(3);

  const gone = await bench.driver.prune?.(id, ['volume volume-users-api']);

  expect(gone).toEqual(['volume volume-users-api-0', 'volume volume-users-api-1']);
  expect(there()).toEqual(['by-hand']);
  expect((await bench.driver.apply(wanted(2))).notes ?? []).toEqual([]);
});

test('what is wanted cannot be deleted so, and nothing is when one name is wrong', async () => {
  await bench.reach(wanted(1, '/srv/files'), ended);
  claim('volume-users-api-0');
  const refused = { code: 'not-found', detail: expect.stringContaining('nothing waits') as string };

  await expect(bench.driver.prune?.(id, ['volume volume-users-api'])).rejects.toMatchObject(
    refused,
  );
  await bench.reach(wanted(2), ended);
  await expect(
    bench.driver.prune?.(id, ['volume volume-users-api', 'Namespace users-api--prod']),
  ).rejects.toMatchObject({ ...refused, fix: 'There are: volume volume-users-api.' });

  expect(there()).toEqual(['volume-users-api-0']);
});

test('a release that wants the volume again has it, and nothing waits any more', async () => {
  await withoutVolume();

  const again = await bench.reach(wanted(3, '/srv/files'), ended);

  expect(again.notes ?? []).toEqual([]);
  expect(await bench.driver.kept?.(id)).toEqual([]);
  expect(there()).toHaveLength(3);
});

test('a server that is killed knows them still', async () => {
  await withoutVolume();

  await bench.restart();

  expect(await bench.driver.kept?.(id)).toEqual([note('volume volume-users-api')]);
});
