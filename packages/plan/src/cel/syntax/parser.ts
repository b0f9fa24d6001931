import { celLimits } from '../limits.ts';
import { CelSyntaxError } from '../values/failure.ts';
import { expandMacro } from './macros.ts';
import type { CelNode, ListItem, MapEntry } from './node.ts';
import { nextToken, type Token } from './tokens.ts';

const reserved = new Set(
  `as break const continue else for function if import let loop package namespace return var void while`.split(
    ' ',
  ),
);
const keywords = new Set(['true', 'false', 'null', 'in']);
const smallestInt = 9_223_372_036_854_775_808n;

/** Reads an expression; throws a `CelSyntaxError` at the first thing that is none. */
export function parseCel(source: string): CelNode {
  return new Parser(source).whole();
}

/** Where the reading is: the next token and how deep it stands. */
class Parser {
  readonly #source: string;
  #token: Token;
  #end: number;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    ({ token: this.#token, end: this.#end } = nextToken(source, 0));
  }

  whole(): CelNode {
    const node = this.#expression();
    if (this.#token.kind !== 'end') throw this.#unexpected();
    return node;
  }

  #unexpected(expected = 'an operator or the end'): CelSyntaxError {
    const found = this.#token.kind === 'end' ? 'the end' : `'${this.#token.text.slice(0, 40)}'`;
    return new CelSyntaxError(`expected ${expected}, found ${found}`, this.#token.at);
  }

  #advance(): Token {
    const token = this.#token;
    ({ token: this.#token, end: this.#end } = nextToken(this.#source, this.#end));
    return token;
  }

  #is(sign: string): boolean {
    return this.#token.kind === 'sign' && this.#token.text === sign;
  }

  #take(sign: string): boolean {
    if (!this.#is(sign)) return false;
    this.#advance();
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#unexpected(`'${sign}'`);
  }

  #expression(): CelNode {
    this.#depth += 1;
    if (this.#depth > celLimits.nesting)
      throw new CelSyntaxError(
        `nested more than ${celLimits.nesting} levels deep: give a part of it a name of its own`,
        this.#token.at,
      );
    const test = this.#any();
    const { at } = this.#token;
    let node = test;
    if (this.#take('?')) {
      const yes = this.#any();
      this.#expect(':');
      node = { kind: 'if', test, yes, no: this.#expression(), at };
    }
    this.#depth -= 1;
    return node;
  }

  #terms(kind: 'and' | 'or', sign: string, part: () => CelNode): CelNode {
    const first = part();
    if (!this.#is(sign)) return first;
    const { at } = this.#token;
    const terms = [first];
    while (this.#take(sign)) terms.push(part());
    return { kind, terms, at };
  }

  #any(): CelNode {
    return this.#terms('or', '||', () => this.#terms('and', '&&', () => this.#relation()));
  }

  #chain(isOperator: (token: Token) => boolean, part: () => CelNode): CelNode {
    let left = part();
    while (isOperator(this.#token)) {
      const { text, at } = this.#advance();
      left = { kind: 'call', name: `_${text}_`, target: undefined, args: [left, part()], at };
    }
    return left;
  }

  #relation(): CelNode {
    const sum = (): CelNode =>
      this.#chain(isOneOf('+', '-'), () =>
        this.#chain(isOneOf('*', '/', '%'), () => this.#unary()),
      );
    return this.#chain(
      (token) =>
        (token.kind === 'name' && token.text === 'in') ||
        isOneOf('<', '<=', '>', '>=', '==', '!=')(token),
      sum,
    );
  }

  #unary(): CelNode {
    const sign = this.#is('!') ? '!' : this.#is('-') ? '-' : undefined;
    if (sign === undefined) return this.#member(this.#primary(false));
    const { at } = this.#token;
    let count = 0;
    while (this.#take(sign)) count += 1;
    const negative = sign === '-' && this.#token.kind === 'literal' && count % 2 === 1;
    const operand = this.#member(this.#primary(negative));
    if (count % 2 === 0 || negative) return operand;
    return { kind: 'call', name: `${sign}_`, target: undefined, args: [operand], at };
  }

  #member(primary: CelNode): CelNode {
    let node = primary;
    for (;;) {
      const { at } = this.#token;
      if (this.#take('.')) node = this.#selection(node, at);
      else if (this.#take('[')) {
        const optional = this.#take('?');
        node = { kind: 'index', operand: node, key: this.#expression(), optional, at };
        this.#expect(']');
      } else if (this.#is('{') && (node.kind === 'name' || node.kind === 'select'))
        throw new CelSyntaxError('messages are not of this profile: write a map', at);
      else return node;
    }
  }

  #selection(operand: CelNode, at: number): CelNode {
    const optional = this.#take('?');
    const token = this.#advance();
    const isName = token.kind === 'quoted' || (token.kind === 'name' && !keywords.has(token.text));
    if (!isName)
      throw new CelSyntaxError(`expected the name of a field, found '${token.text}'`, token.at);
    if (!optional && token.kind === 'name' && this.#take('('))
      return expandMacro({
        kind: 'call',
        name: token.text,
        target: operand,
        args: this.#arguments(')'),
        at: token.at,
      });
    return { kind: 'select', operand, field: token.text, how: optional ? 'optional' : 'value', at };
  }

  #arguments(close: string): CelNode[] {
    const args: CelNode[] = [];
    while (!this.#take(close)) {
      args.push(this.#expression());
      if (this.#take(close)) break;
      this.#expect(',');
      if (this.#is(close)) throw this.#unexpected('an argument');
    }
    return args;
  }

  #primary(negative: boolean): CelNode {
    const token = this.#advance();
    const { at } = token;
    if (token.kind === 'literal') return literal(token, negative);
    if (token.kind === 'name') return this.#named(token.text, at);
    if (token.kind === 'sign')
      switch (token.text) {
        case '(': {
          const inner = this.#expression();
          this.#expect(')');
          return inner;
        }
        case '[':
          return { kind: 'list', items: this.#items(), at };
        case '{':
          return { kind: 'map', entries: this.#entries(), at };
        case '.': {
          const name = this.#advance();
          if (name.kind === 'name') return this.#named(name.text, at, '.');
        }
      }
    const found = token.kind === 'end' ? 'the end' : `'${token.text}'`;
    throw new CelSyntaxError(`expected a value, found ${found}`, at);
  }

  #named(name: string, at: number, root = ''): CelNode {
    if (name === 'true' || name === 'false')
      return { kind: 'constant', value: name === 'true', at };
    if (name === 'null') return { kind: 'constant', value: null, at };
    if (name === 'in' || reserved.has(name))
      throw new CelSyntaxError(`'${name}' is a reserved word`, at);
    if (!this.#take('(')) return { kind: 'name', name: root + name, at };
    return expandMacro({ kind: 'call', name, target: undefined, args: this.#arguments(')'), at });
  }

  #items(): ListItem[] {
    const items: ListItem[] = [];
    while (!this.#take(']')) {
      const optional = this.#take('?');
      items.push({ optional, value: this.#expression() });
      if (this.#take(']')) break;
      this.#expect(',');
    }
    return items;
  }

  #entries(): MapEntry[] {
    const entries: MapEntry[] = [];
    while (!this.#take('}')) {
      const optional = this.#take('?');
      const key = this.#expression();
      this.#expect(':');
      entries.push({ optional, key, value: this.#expression() });
      if (this.#take('}')) break;
      this.#expect(',');
    }
    return entries;
  }
}

function isOneOf(...signs: readonly string[]): (token: Token) => boolean {
  return (token) => token.kind === 'sign' && signs.includes(token.text);
}

function literal(token: Token & { kind: 'literal' }, negative: boolean): CelNode {
  const { literal: value, at } = token;
  if (typeof value === 'object' && 'int' in value) {
    if (value.int > smallestInt || (value.int === smallestInt && !negative))
      throw new CelSyntaxError('the number does not fit into an int', at);
    return { kind: 'constant', value: negative ? -value.int : value.int, at };
  }
  if (typeof value === 'number') return { kind: 'constant', value: negative ? -value : value, at };
  if (!negative) return { kind: 'constant', value, at };
  return {
    kind: 'call',
    name: '-_',
    target: undefined,
    args: [{ kind: 'constant', value, at }],
    at,
  };
}
