import type { ErrorItem } from '@pltf/contracts';
import { isJsonObject, type JsonValue } from './json.ts';

const limits = { characters: 20_000, items: 1_000, depth: 20, total: 256_000 } as const;
const refusedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** What is wrong with parameters whatever the template says: too large, too deep, or no real text. */
export function shapeProblems(parameters: JsonValue): readonly ErrorItem[] {
  const problems: ErrorItem[] = [];
  walk(parameters, '', 0, problems);
  if (problems.length === 0 && JSON.stringify(parameters).length > limits.total) {
    problems.push(problem('', `longer than ${limits.total} characters together`, 'Send less.'));
  }
  return problems.slice(0, 100);
}

const problem = (where: string, message: string, fix: string): ErrorItem => ({
  where,
  message,
  fix,
});

function walk(value: JsonValue, where: string, depth: number, problems: ErrorItem[]): void {
  if (problems.length >= 100) return;
  if (depth > limits.depth) {
    problems.push(problem(where, `nested deeper than ${limits.depth}`, 'Flatten it.'));
  } else if (typeof value === 'string') {
    checkText(value, where, problems);
  } else if (Array.isArray(value)) {
    if (value.length > limits.items) {
      problems.push(problem(where, `more than ${limits.items} items`, 'Send fewer.'));
    } else {
      value.forEach((item: JsonValue, index) =>
        walk(item, join(where, String(index)), depth + 1, problems),
      );
    }
  } else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (refusedKeys.has(key))
        problems.push(problem(where, `the key ${key} cannot be used`, 'Rename it.'));
      else walk(inner, join(where, key.slice(0, 100)), depth + 1, problems);
    }
  }
}

function checkText(text: string, where: string, problems: ErrorItem[]): void {
  if (text.length > limits.characters) {
    problems.push(
      problem(where, `${text.length} characters; at most ${limits.characters}`, 'Shorten it.'),
    );
  } else if (text.includes('\0') || /\p{Surrogate}/u.test(text)) {
    problems.push(problem(where, 'holds characters that are no text', 'Remove them.'));
  }
}

export const join = (where: string, key: string): string =>
  where === '' ? key : `${where}.${key}`;
