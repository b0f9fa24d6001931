import fc from 'fast-check';
import { expect, test } from 'vitest';
import { branchMoves } from './branch-difference.ts';

const branches = fc
  .dictionary(fc.constantFrom('main', 'a', 'b', 'c'), fc.constantFrom('1', '2', '3'))
  .map((record) => new Map<string, string>(Object.entries(record)));

test('the moves, made, turn what was recorded into what is there, each branch once', () => {
  fc.assert(
    fc.property(branches, branches, (recorded, actual) => {
      const moved = new Map(recorded);
      const moves = branchMoves(recorded, actual);
      for (const { branch, before, after } of moves) {
        expect(moved.get(branch)).toBe(before);
        if (after === undefined) moved.delete(branch);
        else moved.set(branch, after);
      }

      expect(moved).toEqual(actual);
      expect(new Set(moves.map(({ branch }) => branch)).size).toBe(moves.length);
    }),
  );
});

test('nothing moved is no move', () => {
  fc.assert(
    fc.property(branches, (same) => {
      expect(branchMoves(same, new Map(same))).toEqual([]);
    }),
  );
});
