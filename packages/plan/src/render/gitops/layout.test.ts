import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketOf, followerOf, followerPath, manifestPath, tombstonePath } from './layout.ts';

const users = { ring: 'eu', label: 'users-api', environment: 'prod' };

test('a placement has one file, below a bucket, in a folder named as its namespace', () => {
  expect(manifestPath(users)).toMatch(/^rings\/eu\/[0-9a-f]{2}\/users-api--prod\/manifest\.yaml$/);
  expect(tombstonePath(users)).toBe(manifestPath(users).replace('manifest.yaml', 'TOMBSTONE'));
});

test('a bucket is two hex digits and never changes', () => {
  expect(bucketOf('users-api', 'prod')).toBe('ad');
  fc.assert(
    fc.property(fc.string(), fc.string(), (label, environment) => {
      expect(bucketOf(label, environment)).toMatch(/^[0-9a-f]{2}$/);
    }),
  );
});

test('ten thousand placements spread over the buckets, so that no folder is crowded', () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 10_000; index += 1) {
    const bucket = bucketOf(`service-${index}`, 'prod');
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }

  expect(counts.size).toBe(256);
  expect(Math.max(...counts.values())).toBeLessThan(80);
});

test('placements of a bucket share a follower, or each has its own', () => {
  const bucket = bucketOf('users-api', 'prod');

  expect(followerOf(users, 'bucket', 'argocd')).toEqual({
    name: `pltf-eu-${bucket}`,
    folder: `rings/eu/${bucket}`,
  });
  expect(followerOf(users, 'placement', 'argocd')).toEqual({
    name: 'pltf-eu-users-api--prod',
    folder: `rings/eu/${bucket}/users-api--prod`,
  });
});

test('a Kustomization has a name that is a label too: each object bears it', () => {
  const long = { ...users, label: `${'report-generator'.repeat(3)}-fix` };
  const other = { ...long, label: `${long.label}ed` };

  const names = [long, other].map((one) => followerOf(one, 'placement', 'flux').name);

  expect(followerOf(users, 'placement', 'flux').name).toBe('pltf-eu-users-api--prod');
  for (const name of names) expect(name).toMatch(/^pltf-eu-[a-z0-9-]{1,54}[a-z0-9]$/);
  expect(names[0]).not.toBe(names[1]);
});

test('ten thousand Kustomizations crowd no folder', () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 10_000; index += 1) {
    const place = { ring: 'eu', label: `service-${index}`, environment: 'prod' };
    const path = followerPath('flux', 'eu', followerOf(place, 'placement', 'flux'));
    const folder = path.slice(0, path.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }

  expect(counts.size).toBe(256);
  expect(Math.max(...counts.values())).toBeLessThan(80);
  expect(followerPath('argocd', 'eu', followerOf(users, 'placement', 'argocd'))).toBe(
    'argocd/eu/followers/pltf-eu-users-api--prod.yaml',
  );
});
