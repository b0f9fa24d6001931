/**
 * Splits a command line into arguments the way a POSIX shell would, without being one: single and double quotes and
 * backslashes group; nothing is expanded. Undefined when a quote stays open or nothing is left.
 */
export function splitCommand(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: Quote = '';
  for (const { char, kind } of scan(line)) {
    quote = kind === 'open' ? (char as Quote) : kind === 'close' ? '' : quote;
    if (kind === 'space') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + (kind === 'open' || kind === 'close' ? '' : char);
    }
  }
  if (quote !== '') return undefined;
  if (word !== undefined) words.push(word);
  return words.length === 0 ? undefined : words;
}

/**
 * What of a command line only a shell would understand: the first operator, expansion, pattern or assignment. To a
 * program that is started without one it would be just text, and do something else than its author meant.
 */
export function shellSyntaxIn(line: string): string | undefined {
  const assignment = /^\s*([A-Za-z_][A-Za-z0-9_]*=)/.exec(line);
  if (assignment !== null) return assignment[1];
  let quote: Quote = '';
  let fresh = true;
  for (const { char, kind, rest } of scan(line)) {
    quote = kind === 'open' ? (char as Quote) : kind === 'close' ? '' : quote;
    if (kind === 'plain') {
      const found = syntaxAt(rest, quote, fresh);
      if (found !== undefined) return found;
    }
    fresh = kind === 'space';
  }
  return undefined;
}

type Quote = '' | '"' | "'";

function syntaxAt(rest: string, quote: Quote, startsWord: boolean): string | undefined {
  if (quote === "'") return undefined;
  const expansion = /^(?:\$(?:[A-Za-z_]\w*|[({0-9@*#?$!-])|`)/.exec(rest);
  if (expansion !== null) return expansion[0];
  if (quote === '"') return undefined;
  const operator = /^(?:&&|\|\||>>|<<|[|&;<>()*])/.exec(rest);
  if (operator !== null) return operator[0];
  return startsWord && rest.startsWith('#') ? '#' : undefined;
}

interface Step {
  readonly char: string;
  /** A quote that opens or closes, white space between words, or a character of a word. */
  readonly kind: 'open' | 'close' | 'space' | 'plain' | 'escaped';
  /** The line from this character on. */
  readonly rest: string;
}

function* scan(line: string): Generator<Step> {
  let quote: Quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const char = line.charAt(index);
    const rest = line.slice(index, index + 20);
    if (quote === '' && /\s/.test(char)) yield { char, kind: 'space', rest };
    else if (quote !== '' && char === quote) {
      quote = '';
      yield { char, kind: 'close', rest };
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      yield { char, kind: 'open', rest };
    } else if (escapes(line, index, quote)) {
      index += 1;
      yield { char: line.charAt(index), kind: 'escaped', rest };
    } else yield { char, kind: 'plain', rest };
  }
}

/** Between double quotes a backslash is one, except before what would mean something there. */
function escapes(line: string, index: number, quote: Quote): boolean {
  if (line.charAt(index) !== '\\' || quote === "'" || index + 1 >= line.length) return false;
  return quote === '' || '$`"\\\n'.includes(line.charAt(index + 1));
}
