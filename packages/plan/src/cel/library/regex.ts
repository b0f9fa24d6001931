import { charge, type Frame, fail } from '../evaluation/frame.ts';
import type { CelFunction, Library } from '../evaluation/scope.ts';
import { findMatch, type Match } from '../regex/match.ts';
import { type Instruction, programOf } from '../regex/program.ts';
import { parseRegex } from '../regex/syntax.ts';
import { type CelData, CelList } from '../values/cel-value.ts';
import { needInt, needText } from './arguments.ts';

const programs = new Map<string, readonly Instruction[]>();
const mostPrograms = 500;

/** The program of a pattern; the last few hundred are kept. */
function compiled(pattern: string): readonly Instruction[] {
  const known = programs.get(pattern);
  if (known !== undefined) return known;
  if (pattern.length > 1000) fail('a regular expression of more than 1,000 characters');
  const program = programOf(parseRegex(pattern));
  const oldest = programs.keys().next().value;
  if (programs.size >= mostPrograms && oldest !== undefined) programs.delete(oldest);
  programs.set(pattern, program);
  return program;
}

interface Search {
  readonly program: readonly Instruction[];
  readonly text: readonly string[];
  readonly codes: readonly number[];
}

/** Charges for the compiled program and for the text times it, whether or not the pattern was seen before. */
function search(frame: Frame, target: CelData | undefined, pattern: CelData | undefined): Search {
  const text = [...needText(target, 'a regular expression')];
  const program = compiled(needText(pattern, 'a regular expression'));
  charge(frame, Math.ceil(program.length / 10) + Math.ceil((text.length * program.length) / 25));
  return { program, text, codes: text.map((character) => character.codePointAt(0) ?? 0) };
}

const matches: CelFunction = (frame, target, pattern) => {
  const { program, codes } = search(frame, target, pattern);
  return findMatch(program, codes, 0, true) !== undefined;
};

const find: CelFunction = (frame, target, pattern) => {
  const { program, codes, text } = search(frame, target, pattern);
  const found = findMatch(program, codes, 0, false);
  return found === undefined ? '' : text.slice(found.start, found.end).join('');
};

const findAll: CelFunction = (frame, target, pattern, most = -1n) => {
  const { program, codes, text } = search(frame, target, pattern);
  const limit = needInt(most, 'findAll()');
  const found: string[] = [];
  let from = 0;
  let previousEnd = -1;
  while (from <= codes.length && (limit < 0n || BigInt(found.length) < limit)) {
    const match: Match | undefined = findMatch(program, codes, from, false);
    if (match === undefined) break;
    charge(frame, 1 + Math.ceil(((codes.length - from) * program.length) / 25));
    const isEmpty = match.end === match.start;
    // As Go: an empty match right after the one before is none.
    if (!isEmpty || match.start !== previousEnd)
      found.push(text.slice(match.start, match.end).join(''));
    previousEnd = match.end;
    from = isEmpty ? match.end + 1 : match.end;
  }
  return new CelList(found);
};

export const regex: Library = {
  functions: { 'matches/2': matches },
  methods: { 'matches/1': matches, 'find/1': find, 'findAll/1': findAll, 'findAll/2': findAll },
};
