import { readFile } from 'node:fs/promises';
import { type ErrorKind, errorKinds } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';

const file = new URL('../../../../docs/errors.md', import.meta.url);
const kinds: Readonly<Record<string, ErrorKind>> = errorKinds;

const text = await readFile(file, 'utf8');
const sections = text
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [, code = '', body = ''] = /^`([^`]+)`\n([\s\S]*)$/.exec(section) ?? [];
    return { code, body };
  });

describe('docs/errors.md', () => {
  test('has a section for every code of the registry, in its order, and for no other', () => {
    expect(sections.map(({ code }) => code)).toEqual(Object.keys(kinds));
  });

  test('and the registry are sorted', () => {
    const codes = Object.keys(kinds);

    expect(codes).toEqual(codes.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  test.each(sections)(
    'says of $code what the registry says, what it means and what to do',
    ({ code, body }) => {
      const kind = kinds[code];

      expect(body).toContain(
        `${kind?.title}. Status ${kind?.status}${kind?.retryable === true ? ', retry' : ''}.\n`,
      );
      expect(body).toMatch(/\*\*What it means\.\*\* \S[^*]{40,}/);
      expect(body).toMatch(/\*\*What to do\.\*\* \S[^*]{20,}/);
    },
  );
});

describe('an error of the registry', () => {
  test.each(Object.entries(kinds))(
    '%s has a title, a remedy and a status of its kind',
    (_, { title, fix, status }) => {
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(fix).toMatch(/\.$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
    },
  );
});
