import { CelSyntaxError } from '../values/failure.ts';
import { type Literal, readNumber } from './number-literal.ts';
import { readString, stringStart } from './string-literal.ts';

export type Token =
  | { readonly kind: 'name' | 'quoted' | 'sign'; readonly text: string; readonly at: number }
  | {
      readonly kind: 'literal';
      readonly literal: Literal;
      readonly text: string;
      readonly at: number;
    }
  | { readonly kind: 'end'; readonly text: ''; readonly at: number };

const space = /(?:[\t\n\f\r ]+|\/\/[^\n\r]*)*/y;
const name = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const quoted = /`([a-zA-Z0-9_./\- ]+)`/y;
const sign = /\|\||&&|[=!<>]=|[.,:?()[\]{}<>+\-*/%!]/y;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** Reads the token at or after a place; throws a `CelSyntaxError` where there is none. */
export function nextToken(source: string, from: number): { token: Token; end: number } {
  const at = skipSpace(source, from);
  if (at >= source.length) return { token: { kind: 'end', text: '', at }, end: at };
  const number = readNumber(source, at);
  if (number !== undefined)
    return {
      token: { kind: 'literal', literal: number.literal, text: number.text, at },
      end: at + number.text.length,
    };
  const start = stringStart(source, at);
  if (start !== undefined) {
    const { value, end } = readString(source, at, start);
    return { token: { kind: 'literal', literal: value, text: source.slice(at, end), at }, end };
  }
  return wordOrSign(source, at);
}

function skipSpace(source: string, from: number): number {
  const code = source.charCodeAt(from);
  const isPlain = code > 32 && code !== 47;
  return isPlain ? from : from + (match(space, source, from)?.[0].length ?? 0);
}

function wordOrSign(source: string, at: number): { token: Token; end: number } {
  const word = match(name, source, at)?.[0];
  if (word !== undefined) return { token: { kind: 'name', text: word, at }, end: at + word.length };
  const field = match(quoted, source, at);
  if (field?.[1] !== undefined)
    return { token: { kind: 'quoted', text: field[1], at }, end: at + field[0].length };
  const text = match(sign, source, at)?.[0];
  if (text === undefined) {
    const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
    throw new CelSyntaxError(`unexpected character ${JSON.stringify(character)}`, at);
  }
  return { token: { kind: 'sign', text, at }, end: at + text.length };
}
