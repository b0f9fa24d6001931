import { charge, type Frame, fail } from '../evaluation/frame.ts';
import type { CelFunction, Library } from '../evaluation/scope.ts';
import { CelList } from '../values/cel-value.ts';
import { needIndex, needInt, needList, needText } from './arguments.ts';
import { formatText } from './string-format.ts';

/** Characters as CEL counts them: code points. Text without surrogates is its own list of them. */
function pointsOf(text: string): readonly string[] {
  return [...text];
}

function test(name: string, holds: (text: string, part: string) => boolean): CelFunction {
  return (_frame, text, part) => holds(needText(text, `${name}()`), needText(part, `${name}()`));
}

/** Looking for one text in another may take their product. */
function chargeSearch(frame: Frame, text: string, part: string): void {
  charge(frame, Math.ceil((text.length * part.length) / 1000));
}

function position(text: string, unit: number): bigint {
  return unit < 0 ? -1n : BigInt(pointsOf(text.slice(0, unit)).length);
}

/** UTF-16 units before a code point. */
function unitOf(points: readonly string[], index: number): number {
  return points.slice(0, index).join('').length;
}

const indexOf: CelFunction = (frame, target, part, from = 0n) => {
  const text = needText(target, 'indexOf()');
  const wanted = needText(part, 'indexOf()');
  chargeSearch(frame, text, wanted);
  const start = needIndex(from, 'indexOf()');
  const points = pointsOf(text);
  if (start < 0 || start > points.length) fail(`index out of range: ${start}`);
  return position(text, text.indexOf(wanted, unitOf(points, start)));
};

const lastIndexOf: CelFunction = (frame, target, part, from) => {
  const text = needText(target, 'lastIndexOf()');
  const wanted = needText(part, 'lastIndexOf()');
  chargeSearch(frame, text, wanted);
  if (from === undefined) return position(text, text.lastIndexOf(wanted));
  const points = pointsOf(text);
  const start = needIndex(from, 'lastIndexOf()');
  if (start < 0 || start > points.length) fail(`index out of range: ${start}`);
  return position(text, text.lastIndexOf(wanted, unitOf(points, start)));
};

const contains: CelFunction = (frame, target, part) => {
  const text = needText(target, 'contains()');
  const wanted = needText(part, 'contains()');
  chargeSearch(frame, text, wanted);
  return text.includes(wanted);
};

const charAt: CelFunction = (_frame, target, at) => {
  const points = pointsOf(needText(target, 'charAt()'));
  const index = needIndex(at, 'charAt()');
  if (index < 0 || index > points.length) fail(`index out of range: ${index}`);
  return points[index] ?? '';
};

const substring: CelFunction = (_frame, target, from, to) => {
  const points = pointsOf(needText(target, 'substring()'));
  const start = needIndex(from, 'substring()');
  const end = to === undefined ? points.length : needIndex(to, 'substring()');
  if (start < 0 || start > points.length) fail(`index out of range: ${start}`);
  if (end < 0 || end > points.length) fail(`index out of range: ${end}`);
  if (start > end) fail(`invalid substring range: ${start} to ${end}`);
  return points.slice(start, end).join('');
};

const replace: CelFunction = (frame, target, old, by, count = -1n) => {
  const text = needText(target, 'replace()');
  const wanted = needText(old, 'replace()');
  chargeSearch(frame, text, wanted);
  const instead = needText(by, 'replace()');
  const limit = needInt(count, 'replace()');
  const parts = wanted === '' ? ['', ...pointsOf(text), ''] : text.split(wanted);
  const times = limit < 0n || limit > BigInt(parts.length) ? parts.length - 1 : Number(limit);
  const replaced = Math.min(times, parts.length - 1);
  charge(frame, Math.ceil((replaced * instead.length) / 10));
  return (
    parts.slice(0, replaced + 1).join(instead) +
    parts.slice(replaced + 1).reduce((rest, part) => rest + wanted + part, '')
  );
};

const split: CelFunction = (frame, target, separator, count = -1n) => {
  const text = needText(target, 'split()');
  const by = needText(separator, 'split()');
  chargeSearch(frame, text, by);
  const limit = needInt(count, 'split()');
  if (limit === 0n) return new CelList([]);
  const parts = by === '' ? pointsOf(text) : text.split(by);
  charge(frame, parts.length);
  if (limit < 0n || limit >= BigInt(parts.length)) return new CelList(parts);
  const kept = Number(limit) - 1;
  return new CelList([...parts.slice(0, kept), parts.slice(kept).join(by)]);
};

const join: CelFunction = (frame, target, separator = '') => {
  const by = needText(separator, 'join()');
  const parts = needList(target, 'join()').items.map((item) => needText(item, 'join() of a list'));
  const length = parts.reduce((sum, part) => sum + part.length + by.length, 0);
  charge(frame, Math.ceil(length / 10));
  return parts.join(by);
};

function ascii(name: string, range: RegExp, change: (text: string) => string): CelFunction {
  return (_frame, text) => needText(text, name).replace(range, change);
}

const quotes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

const quote: CelFunction = (_frame, value) => {
  const escape = (character: string): string => quotes[character] ?? character;
  return `"${needText(value, 'strings.quote()').replaceAll(/[\x07\b\t\n\v\f\r"\\]/g, escape)}"`;
};

const white = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** In one pass from each end: a pattern for the end alone takes the square of a long row of blanks. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && white.test(text[start] ?? '')) start += 1;
  while (end > start && white.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(start, end);
}

export const strings: Library = {
  functions: { 'strings.quote/1': quote },
  methods: {
    'startsWith/1': test('startsWith', (text, part) => text.startsWith(part)),
    'endsWith/1': test('endsWith', (text, part) => text.endsWith(part)),
    'contains/1': contains,
    'charAt/1': charAt,
    'substring/1': substring,
    'substring/2': substring,
    'replace/2': replace,
    'replace/3': replace,
    'split/1': split,
    'split/2': split,
    'join/0': join,
    'join/1': join,
    'lowerAscii/0': ascii('lowerAscii()', /[A-Z]+/g, (text) => text.toLowerCase()),
    'upperAscii/0': ascii('upperAscii()', /[a-z]+/g, (text) => text.toUpperCase()),
    'trim/0': (_frame, text) => trimmed(needText(text, 'trim()')),
    'reverse/0': (_frame, target = null) => {
      if (target instanceof CelList) return new CelList(target.items.toReversed());
      return pointsOf(needText(target, 'reverse()')).toReversed().join('');
    },
    'format/1': (frame, text, values) =>
      formatText(frame, needText(text, 'format()'), needList(values, 'format()').items),
    'indexOf/2': indexOf,
    'lastIndexOf/2': lastIndexOf,
  },
};

/** `indexOf` and `lastIndexOf` of text; lists have methods of these names too. */
export const textSearch = { indexOf, lastIndexOf };
