import type { Instruction } from './program.ts';
import type { Place } from './syntax.ts';

/** Where a pattern was found, in code points. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

/** Ways through a program that are followed at once, in the order in which the pattern prefers them. */
interface Ways {
  readonly at: number[];
  readonly start: number[];
  readonly seen: Uint32Array;
}

/**
 * Finds the leftmost match from a place on, as RE2 prefers it; in time of the text's length times the program's, for any
 * pattern. `any` ends at the first sign of a match, whose end is then not the preferred one.
 */
export function findMatch(
  program: readonly Instruction[],
  text: readonly number[],
  from: number,
  any: boolean,
): Match | undefined {
  let now: Ways = { at: [], start: [], seen: new Uint32Array(program.length) };
  let next: Ways = { at: [], start: [], seen: new Uint32Array(program.length) };
  let best: Match | undefined;
  for (let place = from; place <= text.length; place += 1) {
    if (best === undefined) follow(program, now, 0, place, text, place);
    next.at.length = 0;
    next.start.length = 0;
    const found = step(program, now, next, text, place);
    if (found !== undefined) {
      best = { start: found, end: place };
      if (any) return best;
    }
    [now, next] = [next, now];
    if (now.at.length === 0 && best !== undefined) return best;
  }
  return best;
}

/** Takes one character along every way; gives the start of the way that has matched, which ends all after it. */
function step(
  program: readonly Instruction[],
  now: Ways,
  next: Ways,
  text: readonly number[],
  place: number,
): number | undefined {
  const code = text[place];
  for (let index = 0; index < now.at.length; index += 1) {
    const at = now.at[index] ?? 0;
    const start = now.start[index] ?? 0;
    const instruction = program[at];
    if (instruction?.kind === 'match') return start;
    if (instruction?.kind === 'character' && code !== undefined && instruction.test(code))
      follow(program, next, at + 1, start, text, place + 1);
  }
  return undefined;
}

/** Adds a way, following what takes no character; each instruction is added once a place. */
function follow(
  program: readonly Instruction[],
  ways: Ways,
  first: number,
  start: number,
  text: readonly number[],
  place: number,
): void {
  const pending = [first];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (ways.seen[at] === place + 1) continue;
    ways.seen[at] = place + 1;
    const instruction = program[at];
    switch (instruction?.kind) {
      case 'jump':
        pending.push(instruction.to);
        break;
      case 'split':
        pending.push(instruction.second, instruction.first);
        break;
      case 'place':
        if (isAt(instruction.place, text, place)) pending.push(at + 1);
        break;
      default:
        ways.at.push(at);
        ways.start.push(start);
    }
  }
}

function isWord(code: number | undefined): boolean {
  if (code === undefined) return false;
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    code === 95 ||
    (code >= 97 && code <= 122)
  );
}

function isAt(place: Place, text: readonly number[], at: number): boolean {
  switch (place) {
    case 'text-start':
      return at === 0;
    case 'text-end':
      return at === text.length;
    case 'line-start':
      return at === 0 || text[at - 1] === 10;
    case 'line-end':
      return at === text.length || text[at] === 10;
    case 'word':
      return isWord(text[at - 1]) !== isWord(text[at]);
    case 'not-word':
      return isWord(text[at - 1]) === isWord(text[at]);
  }
}
