import { fail } from '../evaluation/frame.ts';
import type { CelFunction, Library } from '../evaluation/scope.ts';
import { needBool, needOpaque, needText } from '../library/arguments.ts';
import { type CelData, CelOpaque } from '../values/cel-value.ts';
import { compareQuantities } from './quantity.ts';

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly before: readonly string[];
}

const type = 'kubernetes.Semver';
const number = '(0|[1-9]\\d{0,18})';
const shape = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?$`,
);

function parse(text: string): CelOpaque<Version> | undefined {
  const found = text.length > 500 ? null : shape.exec(text);
  if (found === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', before] = found;
  const parts = before?.split('.') ?? [];
  if (parts.some((part) => /^0\d+$/.test(part))) return undefined;
  const held = { numbers: [BigInt(major), BigInt(minor), BigInt(patch)], before: parts } as const;
  return new CelOpaque(type, held, text);
}

/** `v1.02` becomes `1.2.0`. */
function normalised(text: string): string {
  const parts = text
    .replace(/^v/, '')
    .split(/\.(.*)/s)
    .filter((_, index) => index < 2);
  const [major = '', rest] = parts;
  const [minor, patch] = rest === undefined ? [undefined, undefined] : cut(rest);
  const all = [major, minor, patch].filter((part) => part !== undefined);
  const trimmed = all.map((part) => part.replace(/^0+(?=\d)/, ''));
  if (trimmed.length < 3 && /[+-]/.test(trimmed.at(-1) ?? '')) return '';
  return [...trimmed, '0', '0'].slice(0, 3).join('.');
}

function cut(text: string): [string, string | undefined] {
  const dot = text.indexOf('.');
  return dot === -1 ? [text, undefined] : [text.slice(0, dot), text.slice(dot + 1)];
}

function read(
  text: CelData | undefined,
  normalise: CelData | undefined,
): CelOpaque<Version> | undefined {
  const plain = needText(text, 'semver()');
  const change = normalise !== undefined && needBool(normalise, 'semver()');
  return parse(change ? normalised(plain) : plain);
}

function compareParts(left: string, right: string): number {
  const numeric = /^\d+$/;
  const [a, b] = [numeric.test(left), numeric.test(right)];
  if (a !== b) return a ? -1 : 1;
  if (a) return Math.sign(Number(BigInt(left) - BigInt(right)));
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareVersions(left: Version, right: Version): number {
  for (const [index, part] of left.numbers.entries()) {
    const other = right.numbers[index] ?? 0n;
    if (part !== other) return part < other ? -1 : 1;
  }
  const [a, b] = [left.before, right.before];
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length);
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

/** Versions and quantities have comparisons of the same names. */
function comparison(result: (order: number) => CelData): CelFunction {
  return (_frame, left = null, right = null) => {
    const order = compareQuantities(left, right);
    if (order !== undefined) return result(order);
    const [a, b] = [left, right].map(
      (value) => needOpaque<Version>(value, type, 'a comparison').held,
    );
    return a === undefined || b === undefined
      ? fail('nothing to compare')
      : result(compareVersions(a, b));
  };
}

function part(index: 0 | 1 | 2): CelFunction {
  return (_frame, value) =>
    needOpaque<Version>(value, type, 'a part of a version').held.numbers[index];
}

const semver: CelFunction = (_frame, text, normalise) =>
  read(text, normalise) ?? fail('a version looks like 1.2.3 or 1.2.3-beta.1+build.5');
const isSemver: CelFunction = (_frame, text, normalise) => read(text, normalise) !== undefined;

export const semvers: Library = {
  functions: {
    'semver/1': semver,
    'semver/2': semver,
    'isSemver/1': isSemver,
    'isSemver/2': isSemver,
  },
  methods: {
    'isLessThan/1': comparison((order) => order < 0),
    'isGreaterThan/1': comparison((order) => order > 0),
    'compareTo/1': comparison((order) => BigInt(order)),
    'major/0': part(0),
    'minor/0': part(1),
    'patch/0': part(2),
  },
};
