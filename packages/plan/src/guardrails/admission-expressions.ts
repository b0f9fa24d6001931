import type { Guardrail } from '@pltf/contracts';
import { isJsonObject, type JsonValue } from '../template/json.ts';
import { inlineVariables, namesIn, replaceNames } from './expression-names.ts';

/**
 * A JSON value in CEL. Members are wrapped in `dyn`, because Kubernetes refuses lists and maps of several types.
 */
export function celLiteral(value: JsonValue): string {
  if (Array.isArray(value))
    return `[${value.map((item) => wrapped(item as JsonValue)).join(', ')}]`;
  if (isJsonObject(value)) {
    const members = Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${celText(key)}: ${wrapped(member)}`);
    return `{${members.join(', ')}}`;
  }
  if (typeof value === 'string') return celText(value);
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return doubleLiteral(value);
  return JSON.stringify(value);
}

const wrapped = (value: JsonValue): string => `dyn(${celLiteral(value)})`;

const doubleLiteral = (value: number): string => {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
};

/** A text in CEL: every character that could end it or hide is written as its number. */
export function celText(text: string): string {
  const escaped = text.replace(/[\u0000-\u001f'\\\u007f-\u009f\u2028\u2029\ufeff]/g, (char) => {
    if (char === "'" || char === '\\') return `\\${char}`;
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `'${escaped}'`;
}

/** How an expression of a guardrail is written where Kubernetes evaluates it. */
export interface AdmissionExpressions {
  /** `now` and `params` as variables of the policy; for validations. */
  inPolicy(text: string): string;
  /** Everything written out; for match conditions, where Kubernetes has no variables. */
  alone(text: string): string;
  /** The variables that `inPolicy` reads, in their order. */
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
}

/** The instant and the params become constants: Kubernetes has no clock and needs no object for params. */
export function admissionExpressions({ spec }: Guardrail, now: Date): AdmissionExpressions {
  const instant = `timestamp(${celText(now.toISOString())})`;
  const params = wrapped(spec.params);
  const inPolicy = (text: string): string =>
    replaceNames(text, { now: 'variables.now', params: 'variables.params' });
  const definitions = Object.fromEntries(
    spec.variables.map(({ name, expression }) => [name, expression]),
  );
  const texts = [
    ...spec.variables.map(({ expression }) => expression),
    ...spec.validations.flatMap(({ expression, messageExpression = '' }) => [
      expression,
      messageExpression,
    ]),
  ];
  const reads = (wanted: string): boolean =>
    texts.some((text) => namesIn(text).some(({ name, isField }) => name === wanted && !isField));
  return {
    inPolicy,
    alone: (text) => replaceNames(inlineVariables(text, definitions), { now: instant, params }),
    variables: [
      ...(reads('now') ? [{ name: 'now', expression: instant }] : []),
      ...(reads('params') ? [{ name: 'params', expression: params }] : []),
      ...spec.variables.map(({ name, expression }) => ({
        name,
        expression: inPolicy(expression),
      })),
    ],
  };
}

/** That the value at a path is exactly this; undefined: that there is none. */
export function valueCondition(keys: readonly string[], value: JsonValue | undefined): string {
  let at = 'object';
  const present: string[] = [];
  for (const key of keys) {
    const isPlain = /^[A-Za-z_]\w*$/.test(key);
    present.push(isPlain ? `has(${at}.${key})` : `${celText(key)} in ${at}`);
    at = isPlain ? `${at}.${key}` : `${at}[${celText(key)}]`;
  }
  const isThere = present.length === 0 ? 'true' : present.join(' && ');
  if (value === undefined) return `!(${isThere})`;
  return [...present, `${at} == ${wrapped(value)}`].join(' && ');
}
