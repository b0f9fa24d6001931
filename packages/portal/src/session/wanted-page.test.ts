import { expect, it } from 'vitest';
import { rememberWanted, takeWanted } from './wanted-page.ts';

function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

it('leads back to the page one wanted, once', () => {
  const store = memory();
  rememberWanted(store, '/components/users-api?tab=logs', 1000);

  expect(takeWanted(store, 2000)).toBe('/components/users-api?tab=logs');
  expect(takeWanted(store, 2000)).toBe('/');
});

it('forgets after a quarter of an hour', () => {
  const store = memory();
  rememberWanted(store, '/audit', 0);

  expect(takeWanted(store, 15 * 60_000)).toBe('/');
});

it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/sign-in', ''])(
  'never follows %j',
  (path) => {
    const store = memory();
    rememberWanted(store, path, 0);

    expect(takeWanted(store, 1)).toBe('/');
  },
);

it('works without a store and with a broken one', () => {
  expect(takeWanted(undefined, 1)).toBe('/');
  const store = memory();
  store.setItem('pltf-wanted', '{"path":');
  expect(takeWanted(store, 1)).toBe('/');
});
