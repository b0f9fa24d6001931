import type { IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import type { Frame } from './evaluation/frame.ts';
import { type Outcome, programOfText, runProgram } from './program.ts';
import {
  type CelData,
  CelList,
  CelOptional,
  CelType,
  CelUint,
  none,
  typeName,
} from './values/cel-value.ts';
import { equal } from './values/equality.ts';
import { CelSyntaxError } from './values/failure.ts';
import { MapBuilder } from './values/maps.ts';

type Test = IncrementalTestSuite['tests'][number];

/** One vector of the specification's own suite. */
export interface Vector {
  readonly file: string;
  readonly name: string;
  readonly original: Test['original'];
}

/** Files whose vectors need neither an extension nor, but for those that name one, a protobuf message. */
const coreFiles = [
  ...['basic', 'comparisons', 'conversions', 'fields', 'fp_math', 'integer_math', 'lists', 'logic'],
  ...['macros', 'namespace', 'parse', 'plumbing', 'string', 'timestamps'],
];

const message = /TestAllTypes|google\.protobuf\.(?!Timestamp|Duration)|proto[23]\.|NullValue/;

export type VectorClass = 'core' | 'optionals' | 'strings' | 'two-variable macros' | 'other';

/** The class of a vector, by its file; what names a protobuf message is `other`. */
export function classOfVector({ file, original }: Vector): VectorClass {
  const text = JSON.stringify(original, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  if (message.test(text)) return 'other';
  if (coreFiles.includes(file)) return 'core';
  if (file === 'optionals') return 'optionals';
  if (file === 'string_ext') return 'strings';
  return file === 'macros2' ? 'two-variable macros' : 'other';
}

export function vectorsOf(suite: IncrementalTestSuite, path: readonly string[] = []): Vector[] {
  const here = [...path, suite.name];
  const own = suite.tests.map(({ original }) => ({
    file: here[1] ?? '',
    name: [...here.slice(1), original.name].join('/'),
    original,
  }));
  return [...own, ...suite.suites.flatMap((inner) => vectorsOf(inner, here))];
}

type ValueKind = NonNullable<
  Extract<Test['original']['resultMatcher'], { case: 'value' }>['value']
>;

/** A value of the suite; undefined for one that only protobuf has. */
export function dataOf(value: ValueKind): CelData | undefined {
  const { kind } = value;
  switch (kind.case) {
    case 'nullValue':
      return null;
    case 'boolValue':
    case 'stringValue':
    case 'doubleValue':
    case 'int64Value':
    case 'bytesValue':
      return kind.value;
    case 'uint64Value':
      return new CelUint(kind.value);
    case 'typeValue':
      return new CelType(kind.value);
    case 'listValue':
      return new CelList(kind.value.values.map((item) => dataOf(item) ?? null));
    case 'mapValue': {
      const builder = new MapBuilder();
      for (const entry of kind.value.entries)
        if (entry.key !== undefined && entry.value !== undefined)
          builder.put(dataOf(entry.key) ?? null, dataOf(entry.value) ?? null);
      return builder.map();
    }
    default:
      return undefined;
  }
}

/** Undefined when the vector comes out as the suite says, otherwise what came instead. */
export function missOf({ original }: Vector): string | undefined {
  const outcome = outcomeOf(original);
  const matcher = original.resultMatcher;
  switch (matcher.case) {
    case 'evalError':
    case 'anyEvalErrors':
      return outcome.ok ? `no error but ${typeName(outcome.value)}` : undefined;
    case 'value':
      return difference(outcome, dataOf(matcher.value));
    case 'typedResult':
      return matcher.value.result === undefined
        ? undefined
        : difference(outcome, dataOf(matcher.value.result));
    default:
      return difference(outcome, true);
  }
}

function outcomeOf(original: Test['original']): Outcome {
  const bindings = new Map<string, CelData>();
  for (const [name, bound] of Object.entries(original.bindings))
    if (bound.kind.case === 'value') {
      const value = dataOf(bound.kind.value);
      if (value !== undefined) bindings.set(name, value);
    }
  try {
    const program = programOfText(original.expr, {
      container: original.container,
      unchecked: original.disableCheck,
    });
    return runProgram(program, (name) => bindings.get(name), { gas: 1_000_000, dotted: true });
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error;
    return { ok: false, reason: 'error', message: error.message, gas: 0 };
  }
}

function difference(outcome: Outcome, expected: CelData | undefined): string | undefined {
  if (!outcome.ok) return outcome.message;
  if (expected === undefined) return 'the suite expects a protobuf message';
  if (same(outcome.value, expected)) return undefined;
  return `${typeName(outcome.value)} instead of ${typeName(expected)}`;
}

/** Stricter than CEL: numbers of different types differ, and NaN is NaN. */
function same(left: CelData, right: CelData): boolean {
  if (left instanceof CelOptional) return same(left.value ?? none, right);
  if (typeName(left) !== typeName(right)) return false;
  if (typeof left === 'number' && typeof right === 'number')
    return Object.is(left, right) || left === right;
  if (left instanceof CelList && right instanceof CelList)
    return (
      left.items.length === right.items.length &&
      left.items.every((item, index) => same(item, right.items[index] ?? null))
    );
  return equal(freeFrame, left, right);
}

const freeFrame: Frame = {
  gas: 0,
  limit: Number.POSITIVE_INFINITY,
  slots: [],
  resolve: () => undefined,
  dotted: false,
};

/** Counts by class, with what went wrong. */
export function conformance(
  suite: IncrementalTestSuite,
): Readonly<Record<VectorClass, { passed: number; of: number; misses: readonly string[] }>> {
  const empty = (): { passed: number; of: number; misses: string[] } => ({
    passed: 0,
    of: 0,
    misses: [],
  });
  const counts: Record<VectorClass, ReturnType<typeof empty>> = {
    'core': empty(),
    'optionals': empty(),
    'strings': empty(),
    'two-variable macros': empty(),
    'other': empty(),
  };
  for (const vector of vectorsOf(suite)) {
    const count = counts[classOfVector(vector)];
    count.of += 1;
    const miss = missOf(vector);
    if (miss === undefined) count.passed += 1;
    else count.misses.push(`${vector.name}: ${vector.original.expr}: ${miss}`);
  }
  return counts;
}
