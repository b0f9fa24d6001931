import { CelSyntaxError } from '../values/failure.ts';

interface Start {
  readonly raw: boolean;
  readonly bytes: boolean;
  readonly quote: string;
  readonly length: number;
}

const opening = /([rRbB]{0,2})("""|'''|"|')/y;
const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};
const numeric = /[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})/y;

/** What opens a string or bytes literal at a place, when something does. */
export function stringStart(source: string, at: number): Start | undefined {
  // Most tokens are names and signs: nothing is matched for what cannot begin a literal.
  if (!'\'"rRbB'.includes(source[at] ?? ' ')) return undefined;
  opening.lastIndex = at;
  const found = opening.exec(source);
  if (found === null) return undefined;
  const prefix = (found[1] ?? '').toLowerCase();
  if (prefix === 'rr' || prefix === 'bb') return undefined;
  return {
    raw: prefix.includes('r'),
    bytes: prefix.includes('b'),
    quote: found[2] ?? '"',
    length: found[0].length,
  };
}

/** Reads the literal to its end. */
export function readString(
  source: string,
  at: number,
  start: Start,
): { value: string | Uint8Array; end: number } {
  const text: string[] = [];
  const bytes: number[] = [];
  const put = (part: string): unknown =>
    start.bytes ? bytes.push(...new TextEncoder().encode(part)) : text.push(part);
  let place = at + start.length;
  while (!source.startsWith(start.quote, place)) {
    if (place >= source.length) throw new CelSyntaxError('the text has no closing quote', at);
    if (source[place] === '\\' && !start.raw) {
      const escape = readEscape(source, place, start.bytes);
      if (typeof escape.value === 'number') bytes.push(escape.value);
      else put(escape.value);
      place += escape.length;
      continue;
    }
    const end = plainEnd(source, place, start);
    if (start.quote.length === 1 && /[\r\n]/.test(source.slice(place, end)))
      throw new CelSyntaxError('the text has no closing quote on its line', at);
    put(source.slice(place, end));
    place = end;
  }
  const end = place + start.quote.length;
  return { value: start.bytes ? Uint8Array.from(bytes) : text.join(''), end };
}

function plainEnd(source: string, from: number, start: Start): number {
  const quote = source.indexOf(start.quote, from);
  const slash = start.raw ? -1 : source.indexOf('\\', from);
  const end = quote === -1 ? source.length : quote;
  return slash !== -1 && slash < end ? slash : end;
}

function readEscape(
  source: string,
  at: number,
  bytes: boolean,
): { value: string | number; length: number } {
  const plain = simple[source[at + 1] ?? ''];
  if (plain !== undefined) return { value: plain, length: 2 };
  numeric.lastIndex = at + 1;
  const found = numeric.exec(source);
  if (found === null) throw new CelSyntaxError('no such escape', at);
  const [all, hex, short, long, octal] = found;
  const length = all.length + 1;
  const digits = hex ?? short ?? long;
  const code =
    digits === undefined ? Number.parseInt(octal ?? '0', 8) : Number.parseInt(digits, 16);
  if (bytes) {
    if (short !== undefined || long !== undefined)
      throw new CelSyntaxError('bytes have no escapes for characters', at);
    return { value: code, length };
  }
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    throw new CelSyntaxError('no such character', at);
  return { value: String.fromCodePoint(code), length };
}
