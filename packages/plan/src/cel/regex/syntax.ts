import { type CharacterTest, classOf, perl, posix, unicodeClass } from './classes.ts';
import { readEscape, refuse } from './escapes.ts';

/** A pattern of RE2's syntax as a tree. */
export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly parts: readonly RegexNode[] }
  | {
      readonly kind: 'repeat';
      readonly part: RegexNode;
      readonly least: number;
      readonly most: number | undefined;
      readonly lazy: boolean;
    }
  | { readonly kind: 'place'; readonly place: Place };

export type Place = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word' | 'not-word';

interface Flags {
  readonly fold: boolean;
  readonly lines: boolean;
  readonly dotAll: boolean;
  readonly ungreedy: boolean;
}

const largestRepeat = 1000;
const deepest = 100;

/** Parses a pattern; throws a `CelFailure` for one that RE2 would refuse. */
export function parseRegex(pattern: string): RegexNode {
  return new RegexParser([...pattern]).whole();
}

class RegexParser {
  readonly #text: readonly string[];
  #at = 0;
  #depth = 0;
  #flags: Flags = { fold: false, lines: false, dotAll: false, ungreedy: false };

  constructor(text: readonly string[]) {
    this.#text = text;
  }

  whole(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#text.length) refuse('a ) without its (');
    return node;
  }

  #is(text: string): boolean {
    return [...text].every((character, index) => this.#text[this.#at + index] === character);
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at += text.length;
    return true;
  }

  #choice(): RegexNode {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'choice', parts };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#text.length && !this.#is('|') && !this.#is(')')) {
      const atom = this.#atom();
      parts.push(atom === undefined ? { kind: 'empty' } : this.#repeated(atom));
    }
    return { kind: 'sequence', parts };
  }

  #repeated(atom: RegexNode): RegexNode {
    const bounds = this.#bounds();
    if (bounds === undefined) return atom;
    const lazy = this.#take('?') !== this.#flags.ungreedy;
    if (this.#is('*') || this.#is('+') || this.#is('?')) refuse('a repetition of a repetition');
    return { kind: 'repeat', part: atom, ...bounds, lazy };
  }

  #bounds(): { least: number; most: number | undefined } | undefined {
    if (this.#take('*')) return { least: 0, most: undefined };
    if (this.#take('+')) return { least: 1, most: undefined };
    if (this.#take('?')) return { least: 0, most: 1 };
    if (!this.#is('{')) return undefined;
    const rest = this.#text.slice(this.#at, this.#at + 16).join('');
    const found = /^\{(\d+)(?:(,)(\d*))?\}/.exec(rest);
    if (found === null) return undefined;
    this.#at += found[0].length;
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[3] === '' ? undefined : Number(found[3]);
    if (least > largestRepeat || (most ?? 0) > largestRepeat || (most ?? least) < least)
      refuse(`${found[0]} repeats too often`);
    return { least, most };
  }

  #atom(): RegexNode | undefined {
    const character = this.#text[this.#at] ?? '';
    this.#at += 1;
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'character', test: this.#class() };
      case '.':
        return {
          kind: 'character',
          test: this.#flags.dotAll ? () => true : (code) => code !== 10,
        };
      case '^':
        return { kind: 'place', place: this.#flags.lines ? 'line-start' : 'text-start' };
      case '$':
        return { kind: 'place', place: this.#flags.lines ? 'line-end' : 'text-end' };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        return refuse(`nothing for ${character} to repeat`);
      default:
        return this.#literal(character);
    }
  }

  #literal(character: string): RegexNode {
    return { kind: 'character', test: classOf([character], this.#flags.fold) };
  }

  #group(): RegexNode | undefined {
    const before = this.#flags;
    this.#depth += 1;
    if (this.#depth > deepest) refuse('groups nested too deeply');
    if (this.#take('?')) {
      const rest = this.#text.slice(this.#at, this.#at + 200).join('');
      const named = /^P?<[A-Za-z_]\w*>/.exec(rest);
      if (named === null) {
        if (!this.#setFlags(rest)) {
          this.#depth -= 1;
          return undefined;
        }
      } else this.#at += named[0].length;
    }
    const inner = this.#choice();
    if (!this.#take(')')) refuse('a ( without its )');
    this.#flags = before;
    this.#depth -= 1;
    return inner;
  }

  /** `(?i)` sets flags for what follows and gives false; `(?i:…)` for its group alone. */
  #setFlags(rest: string): boolean {
    const found = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
    if (found === null) return refuse('a group that RE2 does not have');
    const [all, on = '', off = '', end] = found;
    const flag = (letter: string, now: boolean): boolean =>
      off.includes(letter) ? false : on.includes(letter) || now;
    this.#flags = {
      fold: flag('i', this.#flags.fold),
      lines: flag('m', this.#flags.lines),
      dotAll: flag('s', this.#flags.dotAll),
      ungreedy: flag('U', this.#flags.ungreedy),
    };
    this.#at += all.length;
    return end === ':';
  }

  #escape(): RegexNode {
    const character = this.#text[this.#at] ?? refuse('a \\ at the end');
    const places: Readonly<Record<string, Place>> = {
      A: 'text-start',
      z: 'text-end',
      b: 'word',
      B: 'not-word',
    };
    const place = Object.hasOwn(places, character) ? places[character] : undefined;
    if (place !== undefined) {
      this.#at += 1;
      return { kind: 'place', place };
    }
    if (this.#take('Q')) return this.#quoted();
    const test = this.#classEscape();
    if (test !== undefined) return { kind: 'character', test };
    return this.#literal(this.#escaped());
  }

  #quoted(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#text.length && !this.#take('\\E')) {
      parts.push(this.#literal(this.#text[this.#at] ?? ''));
      this.#at += 1;
    }
    return { kind: 'sequence', parts };
  }

  /** `\d`, `\pL`, `\p{Greek}` after the backslash. */
  #classEscape(): CharacterTest | undefined {
    const character = this.#text[this.#at] ?? '';
    const known = perl(character);
    if (known !== undefined) {
      this.#at += 1;
      return known;
    }
    if (character !== 'p' && character !== 'P') return undefined;
    const rest = this.#text.slice(this.#at + 1, this.#at + 60).join('');
    const found = /^(?:\{(\^?)([A-Za-z_]+)\}|()([A-Z]))/.exec(rest);
    if (found === null) return refuse('a class of characters that does not exist');
    this.#at += 1 + found[0].length;
    const negative = (character === 'P') !== (found[1] === '^');
    return unicodeClass(found[2] ?? found[4] ?? '', negative) ?? refuse(`no class \\p${found[0]}`);
  }

  /** The character that an escape stands for, after the backslash. */
  #escaped(): string {
    const { character, length } = readEscape(this.#text.slice(this.#at, this.#at + 12).join(''));
    this.#at += length;
    return character;
  }

  #class(): CharacterTest {
    const negative = this.#take('^');
    const tests: CharacterTest[] = [];
    const ranges: (readonly [number, number])[] = [];
    let isFirst = true;
    while (isFirst || !this.#is(']')) {
      isFirst = false;
      if (this.#at >= this.#text.length) refuse('a [ without its ]');
      const named = this.#classPart();
      if (named !== undefined) tests.push(named);
      else ranges.push(this.#range());
    }
    this.#at += 1;
    const inRange = classOf(ranges, this.#flags.fold);
    const test: CharacterTest = (code) => inRange(code) || tests.some((part) => part(code));
    return negative ? (code) => !test(code) : test;
  }

  #classPart(): CharacterTest | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 16).join('');
    const found = /^\[:(\^?)([a-z]+):\]/.exec(rest);
    if (found !== null) {
      this.#at += found[0].length;
      return posix(found[2] ?? '', found[1] === '^') ?? refuse(`no class ${found[0]}`);
    }
    if (!this.#is('\\')) return undefined;
    this.#at += 1;
    const test = this.#classEscape();
    if (test === undefined) this.#at -= 1;
    return test;
  }

  #range(): readonly [number, number] {
    const first = this.#classCharacter();
    const isRange = this.#is('-') && this.#text[this.#at + 1] !== ']';
    if (!isRange) return [first, first];
    this.#at += 1;
    const last = this.#classCharacter();
    return last < first ? refuse('a range that runs backwards') : [first, last];
  }

  #classCharacter(): number {
    if (this.#take('\\')) return this.#escaped().codePointAt(0) ?? 0;
    const character = this.#text[this.#at] ?? refuse('a [ without its ]');
    this.#at += 1;
    return character.codePointAt(0) ?? 0;
  }
}
