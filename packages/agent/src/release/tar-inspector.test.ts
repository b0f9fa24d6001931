import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PltfError } from '@pltf/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTarInspector } from './tar-inspector.ts';

let folder: string;
let archive: Buffer;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pltf-tar-'));
  mkdirSync(path.join(folder, 'in', 'deep'), { recursive: true });
  writeFileSync(path.join(folder, 'in', 'a'), 'x'.repeat(1000));
  writeFileSync(path.join(folder, 'in', 'deep', 'b'), '');
  writeFileSync(path.join(folder, 'in', 'deep', 'long'.repeat(40)), 'y'.repeat(600));
  symlinkSync('a', path.join(folder, 'in', 'link'));
  archive = execFileSync('tar', ['-c', '-C', path.join(folder, 'in'), '.']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const limits = { entries: 100, bytes: 1e6 };
const inspect = (chunks: readonly Buffer[], given = limits) => {
  const inspector = createTarInspector(given);
  for (const chunk of chunks) inspector.push(chunk);
  return inspector.finish();
};

test('files are counted, however the archive is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(archive.length), { maxLength: 30 }), (cuts) => {
      const places = [...new Set(cuts)].sort((left, right) => left - right);
      const chunks = [0, ...places].map((from, index) =>
        archive.subarray(from, places[index] ?? archive.length),
      );
      expect(inspect(chunks)).toBe(3);
    }),
    { numRuns: 50 },
  );
});

test('an archive that broke off is noticed', () => {
  expect(inspect([archive.subarray(0, 2000)])).toBeUndefined();
  expect(inspect([])).toBeUndefined();
});

test.each([
  ['entries', { entries: 3, bytes: 1e6 }, 'more than 3 entries'],
  ['bytes', { entries: 100, bytes: 1500 }, 'more than'],
])('too many %s are refused', (_, given, text) => {
  expect(() => inspect([archive], given)).toThrow(text);
});

test('a size beyond eight gibibytes is refused before anything is read', () => {
  const head = Buffer.from(archive.subarray(0, 512));
  head[156] = '0'.charCodeAt(0);
  head[124] = 0x80;

  expect(() => inspect([head])).toThrow(PltfError);
});

test.each(['1', '3', '4', '6', 'S'])('an entry of the kind %s is refused', (kind) => {
  const head = Buffer.from(archive.subarray(0, 512));
  head[156] = kind.charCodeAt(0);

  expect(() => inspect([head])).toThrow('kind');
});
