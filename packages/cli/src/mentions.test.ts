import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorKinds } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { commands } from './commands.ts';
import { parse } from './parse.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** Commands in backticks and on lines of their own, with words for what a template or a reader fills in. */
const mentioned = (text: string): string[] =>
  [
    ...text.matchAll(/`(?:npx |\.\/)?pltf ([^`|\n]+)[^`\n]*`/g),
    ...text.matchAll(/^(?:\$ )?(?:npx |\.\/)?pltf ([^`|#\n]+)/gm),
  ].map((match) =>
    (match[1] ?? '')
      .replace(/\$\{\{.*?\}\}/g, 'users-api')
      .replace(/\bN\b/g, '1')
      .replace(/^COMMAND /, 'show ')
      .trim(),
  );

/** What a mention leaves out is the reader's; what it names must be there. */
function isUnknown(line: string): boolean {
  const parsed = parse(line.split(/\s+/), commands);
  return (
    parsed.kind === 'misuse' &&
    /There is no (?:command|option)|is one of|Too much/.test(parsed.detail)
  );
}

function documents(folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('a command that is recommended', () => {
  test.each(Object.entries(errorKinds))('by the error %s is there', (_code, { fix }) => {
    expect(mentioned(fix).filter(isUnknown)).toEqual([]);
  });

  const files = [
    ...documents('golden-paths'),
    ...documents('docs'),
    join(root, 'packages/cli/README.md'),
    join(root, 'README.md'),
  ];
  test.each(files.map((file) => file.slice(root.length + 1)))('by %s is there', (file) => {
    expect(mentioned(readFileSync(join(root, file), 'utf8')).filter(isUnknown)).toEqual([]);
  });

  test('is told from one that is not', () => {
    expect(
      mentioned('Try `pltf lsit` or `npx pltf show ${{ values.name }} --josn | jq .`'),
    ).toEqual(['lsit', 'show users-api --josn']);
    expect(['lsit', 'show users-api --josn'].every(isUnknown)).toBe(true);
    expect(['list', 'deploy --release 1', 'attach'].some(isUnknown)).toBe(false);
  });
});
