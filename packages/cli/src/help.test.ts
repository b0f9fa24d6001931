import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from './commands.ts';
import { helpText } from './help.ts';
import { styleFor } from './output/style.ts';
import { width } from './output/width.ts';
import { parse } from './parse.ts';

const help = (path: readonly string[]) => helpText(path, commands, styleFor(false));
const definitions = commands.map(({ definition }) => definition);

/** A line of an example as a shell would split it; what stands around `pltf` in it is the shell's. */
function words(line: string): string[] {
  const call = line.replace(/^.*?\bpltf /, '').replace(/\)$/, '');
  return [...call.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

describe('help', () => {
  test('of the whole program shows every command that is not hidden', () => {
    expect(help([])).toMatchSnapshot();
    const missing = definitions.filter(
      ({ path, hidden }) => help([]).includes(`\n  ${path.join(' ')} `) === (hidden === true),
    );
    expect(missing).toEqual([]);
  });

  test.each([['create'], ['plan'], ['token'], ['platform'], ['platform user']])(
    'of the group `%s` shows what belongs to it',
    (group) => expect(help(group.split(' '))).toMatchSnapshot(),
  );

  test.each(definitions.map(({ path }) => path.join(' ')))('of `%s` is as it was agreed', (path) =>
    expect(help(path.split(' '))).toMatchSnapshot(),
  );

  test('fits 80 columns', () => {
    const lines = [[], ...definitions.map(({ path }) => path)].flatMap((path) =>
      help(path).split('\n'),
    );

    const tooLong = lines.filter((line) => width(line) > 80 && !line.startsWith('  pltf '));

    expect(tooLong).toEqual([]);
  });
});

describe('every command', () => {
  test.each(definitions.map((definition) => [definition.path.join(' '), definition] as const))(
    '`%s` has an example that is a valid call of it',
    (_, { path, examples }) => {
      expect(examples.length).toBeGreaterThan(0);
      const called = examples.map(({ line }) => {
        const parsed = parse(words(line), commands);
        return parsed.kind === 'run' ? parsed.command.definition.path : `${line}: ${parsed.kind}`;
      });

      expect(called).toEqual(examples.map(() => path));
    },
  );

  test.each(definitions.map(({ path }) => [path.join(' '), path] as const))(
    '`%s` lives in the folder of its words',
    (_, path) => {
      const folder = join(import.meta.dirname, 'commands', ...path);
      const shared = join(import.meta.dirname, 'commands', ...path.slice(0, -1));

      expect([folder, shared].some((each) => existsSync(join(each, 'command.ts')))).toBe(true);
    },
  );

  test('has words of its own', () => {
    const paths = definitions.map(({ path }) => path.join(' '));

    expect(new Set(paths).size).toBe(paths.length);
  });
});
