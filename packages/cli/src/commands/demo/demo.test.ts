import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gitOrThrow } from '../../git/git.ts';
import { Home } from '../../testing/call-cli.ts';
import { clone, gitEnvironment } from './clone.ts';
import { isSource, nextPhrase, withPhrase } from './phrase.ts';
import { gist } from './visit.ts';

describe('the line that the demonstration changes', () => {
  test('holds the phrase that the review app answers with', () => {
    expect(nextPhrase('{"service":"hello-web","message":"It works."}')).toEqual({
      from: 'It works.',
      to: 'It works, changed by a push.',
    });
    expect(nextPhrase('<h1>Welcome</h1>')).toEqual({ from: 'Welcome', to: 'Hello' });
    expect(nextPhrase('hello-web')).toBeUndefined();
  });

  test('changes in program and test alike, and names stay', () => {
    const change = { from: 'Hello', to: 'Good day' };

    expect(withPhrase("assert.match(body, /Hello from/); // sayhello('hello-web')", change)).toBe(
      "assert.match(body, /Good day from/); // sayhello('hello-web')",
    );
    expect(['server.js', 'test/a.test.mjs', 'app.py', 'index.html'].every(isSource)).toBe(true);
    expect(['README.md', 'pltf.yaml', 'package.json', 'Dockerfile'].some(isSource)).toBe(false);
  });

  test.each(['It works.', 'Hello'])('is another one each time and comes back: %s', (first) => {
    const answers = [first];
    do {
      const answer = answers.at(-1) ?? '';
      const change = nextPhrase(answer);
      answers.push(change === undefined ? '' : withPhrase(answer, change));
    } while (answers.at(-1) !== first && answers.length < 10);

    expect(answers).toHaveLength(4);
    expect(new Set(answers).size).toBe(3);
  });
});

test('an answer is told in one line', () => {
  expect(gist({ status: 200, text: '<style>a{}</style><h1>Hello</h1>\n<p>world</p>' })).toBe(
    'Hello world',
  );
});

describe('the clone of the demonstration', () => {
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home[Symbol.dispose]());

  const connection = {
    url: 'http://127.0.0.1:7070',
    token: 'secret-token',
    from: 'option' as const,
  };
  const author = { name: 'ada', email: 'ada@localhost' };
  const { signal } = new AbortController();

  test('signs in by the environment: the token is in no argument and no address', () => {
    const environment = {
      ...home.env,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'a.b',
      GIT_CONFIG_VALUE_0: 'c',
    };

    const made = gitEnvironment({
      url: 'http://127.0.0.1:7070/git/a.git',
      connection,
      environment,
      author,
    });

    expect(made['GIT_CONFIG_COUNT']).toBe('3');
    expect(made['GIT_CONFIG_KEY_0']).toBe('a.b');
    expect(made['GIT_CONFIG_KEY_1']).toBe('http.http://127.0.0.1:7070/.extraHeader');
    expect(made['GIT_CONFIG_VALUE_1']).toBe(
      `Authorization: Basic ${Buffer.from('pltf:secret-token').toString('base64')}`,
    );
  });

  test('leaves nothing behind when it is interrupted', async () => {
    const request = { url: 'file:///nowhere.git', connection, environment: home.env, author };

    const under = home.directory;
    const cloning = clone({ ...request, under, signal: AbortSignal.abort() });

    await expect(cloning).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(under)).toEqual([]);
  });

  test('changes, commits and pushes with real git, and is gone afterwards', async () => {
    const bare = join(home.directory, 'hello-web.git');
    const seed = join(home.directory, 'seed');
    const environment = {
      ...home.env,
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b',
    };
    const run = (args: readonly string[]) =>
      gitOrThrow({ args, environment, directory: home.directory });
    await run(['init', '--quiet', '--bare', '--initial-branch=main', bare]);
    await run(['init', '--quiet', '--initial-branch=main', seed]);
    mkdirSync(join(seed, 'test'));
    writeFileSync(join(seed, 'server.js'), "answer('Hello');\n");
    writeFileSync(join(seed, 'test', 'server.test.js'), 'expect(/Hello/);\n');
    await run(['-C', seed, 'add', '--all']);
    await run(['-C', seed, 'commit', '--quiet', '--message', 'Begin']);
    await run(['-C', seed, 'push', '--quiet', bare, 'main']);
    writeFileSync(join(bare, 'hooks', 'post-receive'), '#!/bin/sh\necho "Pipeline runs" >&2\n', {
      mode: 0o755,
    });
    const lines: string[] = [];

    const copy = await clone({
      url: `file://${bare}`,
      connection,
      environment: home.env,
      author,
      signal,
      under: home.directory,
    });
    const changed = await copy.change({ from: 'Hello', to: 'Welcome' });
    const commit = await copy.commit('Say Welcome');
    await copy.push((line) => lines.push(line));
    await copy[Symbol.asyncDispose]();

    expect(changed).toBe(2);
    expect(lines.map((line) => line.trim())).toContain('remote: Pipeline runs');
    expect((await run(['-C', bare, 'rev-parse', 'main'])).trim()).toBe(commit);
    expect(await run(['-C', bare, 'show', 'main:server.js'])).toBe("answer('Welcome');\n");
    expect(existsSync(copy.directory)).toBe(false);
    expect(readFileSync(join(seed, 'server.js'), 'utf8')).toContain('Hello');
  });
});
