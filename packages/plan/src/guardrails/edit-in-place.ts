import type { Verdict } from '@pltf/contracts';
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
} from 'yaml';

type Change = NonNullable<Verdict['fix']>[number];

/**
 * The text with one value set or taken out where it stands, every other character as it was. Undefined where that
 * takes more than putting in or taking out a few characters; the caller sees to it that the result says what it should.
 */
export function editedInPlace(text: string, { path, value }: Change): string | undefined {
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true });
  let map = document.contents;
  for (const [index, key] of path.entries()) {
    if (!isMap(map)) return undefined;
    const rest = path.slice(index + 1);
    const pair = map.items.find(
      (item) => isScalar(item.key) && String(item.key.value) === String(key),
    );
    if (pair === undefined) {
      return value === undefined ? text : inserted(text, map, String(key), nested(rest, value));
    }
    if (rest.length === 0) {
      return value === undefined ? removed(text, map, pair) : replaced(text, map, pair, value);
    }
    if (isMap(pair.value)) map = pair.value;
    else return isNothing(pair.value) ? replaced(text, map, pair, nested(rest, value)) : undefined;
  }
  return undefined;
}

const nested = (path: Change['path'], value: unknown): unknown =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);

const isNothing = (node: unknown): boolean =>
  node === null || (isScalar(node) && (node.value === null || node.value === ''));

const isJson = (text: string): boolean => /^\s*\{\s*"/.test(text);

/** On one line, as it has to be in this map: inside of braces more has to be in quotes. */
function written(text: string, map: YAMLMap, value: unknown): string {
  if (isJson(text)) return JSON.stringify(value);
  const isPlain = typeof value !== 'object' && map.flow !== true;
  const plain = isPlain ? stringify(value, { lineWidth: 0 }).trim() : '\n';
  if (!plain.includes('\n')) return plain;
  const flow = { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 } as const;
  return stringify([value], flow).trim().slice(1, -1);
}

const rangeOf = (node: unknown): readonly [number, number] | undefined =>
  isNode(node) && node.range ? [node.range[0], node.range[1]] : undefined;

function replaced(
  text: string,
  map: YAMLMap,
  { key, value: old }: Pair,
  value: unknown,
): string | undefined {
  const isBlock = isScalar(old) && old.type?.startsWith('BLOCK_') === true;
  if (!isScalar(old) && old !== null) return undefined;
  if (isBlock) return undefined;
  const range = rangeOf(old);
  const end = rangeOf(key)?.[1];
  if (end === undefined) return undefined;
  const shown = written(text, map, value);
  if (range === undefined || range[0] === range[1]) {
    const colon = text.indexOf(':', end) + 1;
    return `${text.slice(0, colon)} ${shown}${text.slice(colon)}`;
  }
  return text.slice(0, range[0]) + shown + text.slice(range[1]);
}

function inserted(text: string, map: YAMLMap, key: string, value: unknown): string | undefined {
  const name = isJson(text) ? JSON.stringify(key) : written(text, map, key);
  const entry = `${name}: ${written(text, map, value)}`;
  const range = rangeOf(map);
  if (range === undefined) return undefined;
  if (map.flow === true) {
    const close = range[1] - 1;
    const before = text.slice(0, close).trimEnd();
    const joint = map.items.length === 0 || before.endsWith(',') ? '' : ',';
    const space = map.items.length === 0 ? '' : ' ';
    return before + joint + space + entry + text.slice(before.length);
  }
  const first = startOf(map.items[0]);
  const last = map.items.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const end = lineEnd(text, endOf(last));
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = ' '.repeat(first - lineStart(text, first));
  return `${text.slice(0, end)}${newline}${indent}${entry}${text.slice(end)}`;
}

function removed(text: string, map: YAMLMap, pair: Pair): string | undefined {
  const start = startOf(pair);
  if (map.flow === true || map.items.length < 2 || start === undefined) return undefined;
  const from = lineStart(text, start);
  const to = lineEnd(text, endOf(pair));
  // A key that shares its line with a dash, or the first line of a file, is left to the writer of the whole.
  if (text.slice(from, start).trim() !== '') return undefined;
  return text.slice(0, from) + text.slice(to).replace(/^\r?\n/, '');
}

const startOf = (pair: unknown): number | undefined =>
  isPair(pair) ? rangeOf(pair.key)?.[0] : undefined;

const endOf = ({ key, value }: Pair): number =>
  Math.max(rangeOf(key)?.[1] ?? 0, rangeOf(value)?.[1] ?? 0);

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** Where the line of the last visible character before an offset ends. */
function lineEnd(text: string, offset: number): number {
  const visible = text.slice(0, offset).trimEnd().length;
  const found = text.indexOf('\n', visible);
  const end = found < 0 ? text.length : found;
  return text[end - 1] === '\r' ? end - 1 : end;
}
