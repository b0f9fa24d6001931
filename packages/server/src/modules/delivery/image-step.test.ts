import { PlatformFile, Spec } from '@pltf/contracts';
import { expect, test } from 'vitest';
import { imagePlace } from './image-step.ts';
import { archiveStep, imageStep, releaseJobView } from './release-job.ts';

const run = (image?: string) => ({
  ...{ size: 'small', memoryMiB: 256, cpu: 0.25, instances: { minimum: 1, maximum: 1 } },
  ...{ env: {}, drainMs: 30_000, startTimeoutMs: 60_000 },
  ...(image === undefined ? {} : { image }),
});
const specOf = (environments: string[], image?: string): Spec =>
  Spec.parse({
    ...{ kind: 'service', name: 'shop', description: '', owner: 'red', tier: 2 },
    ...{ environments, policy: {}, routes: {} },
    run: Object.fromEntries(['preview', ...environments].map((name) => [name, run(image)])),
  });
const platform = PlatformFile.parse({
  environments: [
    { name: 'preview', kind: 'preview' },
    { name: 'staging', runtime: 'boxes' },
    { name: 'prod', runtime: 'east' },
  ],
  runtimes: {
    agent: { driver: 'agent' },
    boxes: { driver: 'agent', isolation: 'docker' },
    east: { driver: 'kubernetes', context: 'east', registry: 'registry.example.com/pltf' },
  },
});

test('an image is made for what runs on containers, and only for that', () => {
  expect(imagePlace(specOf([]), 'main', platform)).toBeUndefined();
  expect(imagePlace(specOf(['staging']), 'main', platform)).toMatchObject({ registry: undefined });
  expect(imagePlace(specOf(['staging', 'prod']), 'main', platform)).toMatchObject({
    registry: 'registry.example.com/pltf',
  });
});

test('a pipeline waits for its image only when the release goes where it is needed', () => {
  const follows = PlatformFile.parse({
    ...platform,
    environments: platform.environments.map((one) =>
      one.name === 'staging' ? { ...one, follows: 'default-branch' } : one,
    ),
  });
  const when = (environments: string[], branch: string, file: PlatformFile) =>
    imagePlace(specOf(environments), branch, file)?.when;

  expect(when(['staging', 'prod'], 'main', follows)).toBe('now');
  expect(when(['prod'], 'main', follows)).toBe('meanwhile');
  expect(when(['staging', 'prod'], 'fix-login', follows)).toBe('asked-for');
});

test('nothing is made for a workload that names its image', () => {
  expect(imagePlace(specOf(['prod'], 'nginx:1.27'), 'main', platform)).toBeUndefined();
  expect(imagePlace(specOf(['prod'], '.'), 'main', platform)).toBeDefined();
});

test('the release job is what its worst step is', () => {
  const archive = archiveStep('npm ci', true, 10);

  expect(releaseJobView([archive]).state).toBe('passed');
  expect(releaseJobView([archive, imageStep()]).state).toBe('running');
  expect(releaseJobView([archive, imageStep({ ok: false, durationMs: 5 })])).toMatchObject({
    ...{ state: 'failed', durationMs: 15 },
    steps: [{ name: 'npm ci' }, { name: 'Image', state: 'failed' }],
  });
});
