import { describe, expect, test } from 'vitest';
import { commands } from './commands.ts';
import { type Parsed, parse } from './parse.ts';

const asked = (line: string): Parsed => parse(line.split(' '), commands);

function run(line: string) {
  const parsed = asked(line);
  if (parsed.kind !== 'run') throw new Error(`${line}: ${JSON.stringify(parsed)}`);
  return parsed;
}

function misuse(line: string) {
  const parsed = asked(line);
  if (parsed.kind !== 'misuse') throw new Error(`${line}: ${parsed.kind}`);
  return parsed;
}

describe('a command line', () => {
  test('gives arguments, options and globals by name', () => {
    const { values, globals, command } = run('--json rollback users-api --env prod --to=12 --yes');

    expect(command.definition.path).toEqual(['rollback']);
    expect(values.arguments).toEqual({ name: 'users-api' });
    expect(values.options).toMatchObject({ env: 'prod', to: 12, branch: undefined });
    expect(globals).toEqual({ json: true, yes: true, url: undefined, token: undefined });
  });

  test('joins nothing by itself: the words of a name stay words', () => {
    expect(run('create service users api').values.arguments).toEqual({ name: ['users', 'api'] });
  });

  test('takes short options and repeated ones', () => {
    expect(run('logs users-api -f -n 5').values.options).toMatchObject({ follow: true, tail: 5 });
    expect(run('token create ci --scope read --scope git').values.options['scope']).toEqual([
      'read',
      'git',
    ]);
  });

  test('leaves everything after -- alone', () => {
    const { values } = run('run users-api --env prod -- node migrate.js --json --help');

    expect(values.rest).toEqual(['node', 'migrate.js', '--json', '--help']);
    expect(values.options['json']).toBe(false);
  });

  test('finds a command behind global options', () => {
    const { globals, command } = run('--url http://127.0.0.1:1 --token - list');

    expect(command.definition.path).toEqual(['list']);
    expect(globals).toMatchObject({ url: 'http://127.0.0.1:1', token: '-' });
  });

  test('passes everything on to the launcher', () => {
    expect(run('up --port 8070 --no-demo').values.rest).toEqual(['--port', '8070', '--no-demo']);
  });

  test.each([
    ['--help', []],
    ['create --help', ['create']],
    ['rollback users-api -h --env prod', ['rollback']],
    ['up --help', ['up']],
  ])('asks for help: %s', (line, path) => {
    expect(asked(line)).toEqual({ kind: 'help', path });
  });

  test('without a word asks for help, and --version for the version', () => {
    expect(parse([], commands)).toEqual({ kind: 'help', path: [] });
    expect(run('--version').command.definition.path).toEqual(['version']);
  });
});

describe('a command line that cannot be meant', () => {
  test.each([
    ['lsit', 'There is no command `pltf lsit`.'],
    ['create users api', '`pltf create` wants to know what'],
    ['token', '`pltf token` wants one more word: create, list, revoke.'],
    ['show', 'NAME is missing'],
    ['show a b', 'Too much: b.'],
    ['show a -- b', 'Nothing may follow `--` here: b.'],
    ['show a --josn', 'There is no option --josn here.'],
    ['show a --json=1', '--json takes no value.'],
    ['rollback a --env', '--env needs a value: --env ENV.'],
    ['rollback a --env --yes', '--env needs a value: --env ENV.'],
    ['rollback a --to x', '--to is a whole number from 1'],
    ['rollback a --to 0', '--to is a whole number from 1'],
    ['rollback a --to 1e3', '--to is a whole number from 1'],
    ['logs a --tail 10001', '--tail is a whole number from 0 to 10000'],
    ['create service a --ci gitea', '--ci is one of github, gitlab; not gitea.'],
    ['list relaeses', 'WHAT is one of components'],
    ['--tail 5 logs a', 'There is no option --tail before a command.'],
    ['run a node migrate.js', 'Too much: node migrate.js.'],
  ])('says what is wrong: %s', (line, detail) => {
    expect(misuse(line).detail).toContain(detail);
  });

  test('names no property of objects an option', () => {
    expect(misuse('show a --constructor').detail).toContain('no option --constructor');
    expect(misuse('show a --__proto__').detail).toContain('no option --__proto__');
  });

  test('is never answered with a hidden command', () => {
    expect(misuse('git-credental').unknown?.candidates).not.toContain('git-credential');
    expect(misuse('git-credental').unknown?.candidates).toContain('setup-git');
  });

  test('tells the noun from the verb', () => {
    expect(misuse('users-api logs').fix).toContain('`pltf logs users-api`');
  });

  test('shows where the command of `run` belongs', () => {
    expect(misuse('run a node migrate.js').fix).toContain('-- node migrate.js');
  });

  test('knows whether the answer is wanted in JSON', () => {
    expect(misuse('lsit --json').json).toBe(true);
    expect(misuse('lsit').json).toBe(false);
  });
});
