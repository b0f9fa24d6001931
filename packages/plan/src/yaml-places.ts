import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type Scalar } from 'yaml';

/** Where a value came from; each place is `file:line:column`. */
export interface YamlPlaces {
  /** The place of the value at a path, or of the nearest thing above that is there. */
  value(path: readonly PropertyKey[]): string;
  /** The place of the key at the end of the path. */
  key(path: readonly PropertyKey[]): string;
  /** The place of the character at `offset` of the text at a path, whichever way YAML writes it. */
  inside(path: readonly PropertyKey[], offset: number): string;
}

/** The places of a document's values; `at` tells the place of an offset. */
export function placesOf(
  document: Document.Parsed,
  text: string,
  at: (offset: number) => string,
): YamlPlaces {
  const find = (path: readonly PropertyKey[], ofKey: boolean): string => {
    let node: unknown = document.contents;
    let place = offsetOf(node) ?? 0;
    for (const [index, step] of path.entries()) {
      const child = childOf(node, step);
      if (child === undefined) break;
      const wantsKey = ofKey && index === path.length - 1;
      node = isPair(child) ? child.value : child;
      const shown = isPair(child) && (wantsKey || isEmpty(child.value)) ? child.key : node;
      place = offsetOf(shown) ?? place;
    }
    return at(place);
  };
  return {
    value: (path) => find(path, false),
    key: (path) => find(path, true),
    inside: (path, offset) => {
      const scalar = document.getIn(path, true);
      if (!isScalar(scalar) || typeof scalar.value !== 'string') return find(path, false);
      const start = offsetOf(scalar);
      return start === undefined ? find(path, false) : at(start + written(scalar, text, offset));
    },
  };
}

/** How far from a scalar's start the character at `offset` of its value is written: folded, quoted or plain. */
function written(scalar: Scalar, text: string, offset: number): number {
  const [from, to] = scalar.range ?? [0, 0];
  const source = text.slice(from, to);
  const isBlock = scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED';
  const value = String(scalar.value);
  let found = isBlock ? source.indexOf('\n') + 1 : 0;
  for (const char of value.slice(0, offset).replace(/\s/g, '')) {
    const next = source.indexOf(char, found);
    if (next >= 0) found = next + 1;
  }
  const wanted = value[offset];
  const next = wanted === undefined || /\s/.test(wanted) ? -1 : source.indexOf(wanted, found);
  return next >= 0 ? next : found;
}

function childOf(node: unknown, step: PropertyKey): unknown {
  if (isMap(node)) {
    return node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  }
  return isSeq(node) ? node.items[Number(step)] : undefined;
}

/** `key:` with nothing behind it: the place of the value says less than that of the key. */
export const isEmpty = (node: unknown): boolean =>
  node === null || (isScalar(node) && node.value === null && node.source === '');

/** Where a node begins. */
export function offsetOf(node: unknown): number | undefined {
  return (isNode(node) || isAlias(node)) && node.range ? node.range[0] : undefined;
}

/** Tells the place of an offset as `file:line:column`. */
export function placesIn(text: string, fileName: string): (offset: number) => string {
  let lines: readonly number[] | undefined;
  return (offset) => {
    // Most files are right, and nobody asks.
    lines ??= lineStarts(text);
    const line = lineAt(lines, offset);
    return `${fileName}:${line + 1}:${offset - (lines[line] ?? 0) + 1}`;
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1))
    starts.push(end + 1);
  return starts;
}

/** The last line that begins at the offset or before it, by halving. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
