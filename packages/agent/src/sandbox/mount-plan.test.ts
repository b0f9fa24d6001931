import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bubblewrapArguments, toolFolders } from './mount-plan.ts';
import { canHideProcesses } from './namespaces.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pltf-mounts-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const made = (name: string) => {
  mkdirSync(path.join(folder, name), { recursive: true });
  return path.join(folder, name);
};

test('an installation outside the system is shown whole, from the folder around its bin', () => {
  const bin = made('versions/node/v20/bin');

  expect(toolFolders([bin])).toEqual([path.join(folder, 'versions/node/v20')]);
});

test('of a .local only the bin is shown, not the keys and settings beside it', () => {
  const bin = made('.local/bin');

  expect(toolFolders([bin])).toEqual([bin]);
});

test('a home folder is never shown for a bin in it', () => {
  const home = homedir();

  for (const shown of toolFolders([path.join(home, 'bin'), home])) {
    expect(home.startsWith(`${shown}/`)).toBe(false);
  }
});

test('folders of the system, absent ones and those inside another shown one add nothing', () => {
  const bin = made('tool/bin');
  const inner = made('tool/plugins/shims');

  expect(toolFolders(['/usr/bin', '/nonexistent/bin', bin, inner])).toEqual([
    path.join(folder, 'tool'),
  ]);
});

test('the data directory is covered before the owner’s folder is shown, and all ends read-only', () => {
  const data = made('data');
  const own = made('data/agent/owners/200001');
  const args = bubblewrapArguments({
    dataDirectory: data,
    ownFolder: own,
    releases: path.join(own, 'releases'),
    temporary: path.join(own, 'tmp'),
    programs: made('data/agent/programs'),
    searchPath: [],
    volume: { source: path.join(own, 'volumes/x'), target: '/data' },
    privileged: true,
  });
  const text = args.join(' ');

  const order = [
    `--tmpfs ${data}`,
    `--bind ${own} ${own}`,
    `--ro-bind ${own}/releases`,
    `--bind ${own}/volumes/x /data`,
    '--remount-ro /',
  ];
  const places = order.map((part) => text.indexOf(part));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect([...places].sort((left, right) => left - right)).toEqual(places);
  expect(text).not.toMatch(/bind \/(root|home|tmp|run|mnt|media|srv)( |$)/);
  expect(text).not.toContain('--bind / /');
});

test.each([
  ['5.7.19-generic', false],
  ['5.8.0', true],
  ['6.1.0-13-amd64', true],
  ['4.19.0', false],
])('on Linux %s processes can be hidden in one namespace alone: %s', (version, expected) => {
  expect(canHideProcesses(version)).toBe(expected);
});
