import { PlatformFile } from '@pltf/contracts';
import { expect, test } from 'vitest';
import type { PlatformSnapshot } from '../../kernel/platform-source.ts';
import { runtimesByName } from './runtimes.ts';
import { type MemoryRuntime, memoryRuntime } from './testing/memory-runtime.ts';

function platformOf(first: PlatformFile) {
  const listeners = new Set<(snapshot: PlatformSnapshot) => void>();
  let file = first;
  const snapshot = () => ({ version: 1, digest: '', file, guardrails: new Map() });
  return {
    ...{ current: () => file, snapshot },
    subscribe: (listener: (snapshot: PlatformSnapshot) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    change: (next: PlatformFile) => {
      file = next;
      for (const listener of listeners) listener(snapshot());
    },
  };
}

const fileWith = (runtimes: object, runtime = 'agent') =>
  PlatformFile.parse({
    environments: [
      { name: 'preview', kind: 'preview' },
      { name: 'prod', runtime },
    ],
    runtimes: { agent: { driver: 'agent' }, ...runtimes },
  });
const east = { east: { driver: 'kubernetes', context: 'east' } };
const clock = { now: () => new Date(1_000) };

function opened(file: PlatformFile, broken = { is: false }) {
  const made: [string, MemoryRuntime][] = [];
  const open = (name: string): Promise<MemoryRuntime> => {
    if (broken.is) return Promise.reject(new Error('no kubeconfig'));
    const runtime = memoryRuntime();
    made.push([name, runtime]);
    return Promise.resolve(runtime);
  };
  const platform = platformOf(file);
  const runtimes = runtimesByName(platform, { agent: open, kubernetes: open }, clock);
  return { made, platform, runtimes, broken };
}

test('nothing is opened for a runtime that no environment runs on', async () => {
  const { made, runtimes } = opened(fileWith(east));

  runtimes.follow(() => undefined);
  await runtimes.of({ runtime: undefined, environment: 'prod' });

  expect(made.map(([name]) => name)).toEqual(['agent']);
});

test('one is made anew when its rule changes, and closed when it goes', async () => {
  const { made, platform, runtimes } = opened(fileWith(east, 'east'));
  runtimes.follow(() => undefined);
  const first = await runtimes.named('east');

  platform.change(fileWith({ east: { ...east.east, registry: 'registry.example.com' } }, 'east'));
  const second = await runtimes.named('east');
  platform.change(fileWith({}));
  await expect(runtimes.named('east')).rejects.toMatchObject({ code: 'runtime-missing' });

  const [one, two] = made.filter(([name]) => name === 'east').map(([, runtime]) => runtime);
  expect([first, second]).toEqual([one?.driver, two?.driver]);
  expect([one?.closed, two?.closed]).toEqual([true, true]);
});

test('each is lost by itself', async () => {
  const { made, runtimes } = opened(fileWith(east, 'east'));
  await runtimes.named('east');
  await runtimes.named('agent');
  const lost = new Date();
  for (const [name, runtime] of made) if (name === 'east') runtime.lost = lost;

  expect(runtimes.lostSince({ runtime: 'east', environment: 'prod' })).toBe(lost);
  expect(runtimes.lostSince({ runtime: 'agent', environment: 'prod' })).toBeUndefined();
});

test('one that cannot be opened is lost, and is tried again when it is asked for', async () => {
  const { broken, runtimes } = opened(fileWith(east, 'east'), { is: true });
  const where = { runtime: 'east', environment: 'prod' };

  await expect(runtimes.named('east')).rejects.toThrow('no kubeconfig');
  const lost = runtimes.lostSince(where);
  broken.is = false;
  await runtimes.named('east');

  expect(lost).toEqual(new Date(1_000));
  expect(runtimes.lostSince(where)).toBeUndefined();
});
