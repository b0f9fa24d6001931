import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveInside, resolvePath, textFile, textOf } from './file-map.ts';
import { templateLimits } from './limits.ts';
import { Workspace } from './workspace.ts';

describe('resolvePath', () => {
  it.each([
    ['', 'a/b', 'a/b'],
    ['x', './a//b/', 'x/a/b'],
    ['x/y', '../a', 'x/a'],
    ['x', '..', ''],
    ['x', '../..', undefined],
    ['x', '/etc', undefined],
  ])('from %j, %j is %j', (base, path, resolved) => {
    expect(resolvePath(base, path)).toBe(resolved);
  });

  it('keeps every path inside that resolveInside lets through', () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b.txt', '...');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const resolved = resolveInside('base', parts.join('/'));

        if (resolved !== undefined) expect(`${resolved}/`.startsWith('base/')).toBe(true);
      }),
    );
  });
});

describe('textOf', () => {
  it('gives back every text, also with a byte order mark', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
        (text) => {
          expect(textOf(textFile(text))).toBe(text);
          expect(textOf(textFile(`\ufeff${text}`))).toBe(`\ufeff${text}`);
        },
      ),
    );
  });

  it('tells binary files: a zero byte, or no UTF-8', () => {
    expect(textOf({ bytes: Uint8Array.from([65, 0, 66]), mode: 0o644 })).toBeUndefined();
    expect(textOf({ bytes: Uint8Array.from([0xff, 0xfe, 65]), mode: 0o644 })).toBeUndefined();
  });
});

describe('Workspace', () => {
  it('knows its folders by what is in them, whatever is written and removed', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), path), { maxLength: 30 }), (operations) => {
        const workspace = new Workspace(templateLimits);
        for (const [removes, target] of operations) {
          if (removes) workspace.remove(target);
          else if (!workspace.isFolder(target) && !blocked(workspace, target))
            workspace.write(target, textFile('x'));
        }

        const files = [...workspace.files.keys()];
        for (const folder of ['a', 'b', 'c', 'a/a', 'a/b', 'b/c']) {
          expect(workspace.isFolder(folder)).toBe(
            files.some((file) => file.startsWith(`${folder}/`)),
          );
        }
      }),
    );
  });

  const blocked = (workspace: Workspace, path: string): boolean =>
    path
      .split('/')
      .some(
        (_, index, parts) =>
          index > 0 && workspace.get(parts.slice(0, index).join('/')) !== undefined,
      );

  it('refuses more files and bytes than it may hold', () => {
    const few = new Workspace({ ...templateLimits, files: 1 });
    const small = new Workspace({ ...templateLimits, bytes: 3 });
    few.write('a', textFile(''));
    small.write('a', textFile('xxx'));
    small.write('a', textFile('yy'));

    expect(() => few.write('b', textFile(''))).toThrow('more than 1 files');
    expect(() => small.write('b', textFile('yy'))).toThrow('more than 3 bytes');
  });
});
