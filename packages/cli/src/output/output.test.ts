import { describe, expect, test } from 'vitest';
import { createOutput, wantsColour } from './output.ts';

const wish = { noColour: false, force: undefined, dumb: false };

describe('colours', () => {
  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ dumb: true }, true, false],
    [{ noColour: true }, true, false],
    [{ noColour: true, force: true }, true, false],
    [{ force: true }, false, true],
    [{ force: false }, true, false],
  ])('with %j and a terminal %j: %j', (more, terminal, expected) => {
    expect(wantsColour({ ...wish, ...more }, terminal)).toBe(expected);
  });
});

test('a terminal narrower than 40 columns is treated as 40, and a pipe has no width', () => {
  const write = () => true;

  expect(createOutput({ write, isTTY: true, columns: 10 }, wish).columns).toBe(40);
  expect(createOutput({ write, isTTY: true }, wish).columns).toBe(80);
  expect(createOutput({ write }, wish).columns).toBeUndefined();
});
