import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Config, readConfig, resolveConnection } from './config.ts';
import { readLogin, removeLogin, writeLogin } from './config-file.ts';
import { Home } from './testing/call-cli.ts';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home[Symbol.dispose]());

function config(env: Readonly<Record<string, string>> = {}): Config {
  return readConfig({
    env: { ...home.env, ...env },
    programDirectory: join(home.directory, 'dist'),
    program: ['node', 'pltf.js'],
    workingDirectory: home.directory,
  });
}

const login = { url: 'https://platform.example.com', token: 'login-token' };
const local = { url: 'http://127.0.0.1:7070', token: 'local-token' };

function writeLocal(): void {
  mkdirSync(join(home.directory, 'data'));
  writeFileSync(join(home.directory, 'data', 'local.json'), JSON.stringify(local));
}

describe('where the platform is', () => {
  test('is the default address when nothing says otherwise', () => {
    expect(resolveConnection(config(), {})).toEqual({
      url: 'http://127.0.0.1:7070',
      token: undefined,
      from: 'default',
    });
  });

  test('is said by option, environment, login, this machine, in this order', () => {
    writeLocal();
    const from = (env: Readonly<Record<string, string>>, url?: string) =>
      resolveConnection(config(env), { url }).from;

    expect(from({})).toBe('this machine');
    writeLogin(config().loginFile, login);
    expect(from({})).toBe('login');
    expect(from({ PLTF_URL: 'http://127.0.0.1:1' })).toBe('environment');
    expect(from({ PLTF_URL: 'http://127.0.0.1:1' }, 'http://127.0.0.1:2')).toBe('option');
  });

  test('gets the token that was stored for that very address, and no other', () => {
    writeLocal();
    writeLogin(config().loginFile, login);
    const token = (url: string) => resolveConnection(config(), { url }).token;

    expect(token('https://platform.example.com/')).toBe('login-token');
    expect(token('http://127.0.0.1:7070')).toBe('local-token');
    for (const other of [
      'http://platform.example.com',
      'https://platform.example.com:8443',
      'https://platform.example.com.evil.example',
      'https://evil.example/https://platform.example.com',
      'not an address',
    ]) {
      expect({ other, token: token(other) }).toEqual({ other, token: undefined });
    }
  });

  test('looks for the platform of this machine beside the checkout, or in the data of the user', () => {
    const { PLTF_DATA: _, ...env } = home.env;
    const read = () =>
      readConfig({
        env,
        programDirectory: join(home.directory, 'dist'),
        program: [],
        workingDirectory: '/',
      });

    expect(read().dataDirectory).toBe(join(home.directory, '.local', 'share', 'pltf'));
    writeFileSync(join(home.directory, 'package.json'), '{}');
    expect(read().dataDirectory).toBe(join(home.directory, '.pltf'));
  });
});

describe('the stored login', () => {
  test('can be read by its owner only, also over a file that others could read', () => {
    const { loginFile } = config();
    mkdirSync(dirname(loginFile), { recursive: true });
    writeFileSync(loginFile, '{}', { mode: 0o666 });

    writeLogin(loginFile, login);

    expect(statSync(loginFile).mode & 0o777).toBe(0o600);
    expect(readLogin(loginFile)).toEqual(login);
    expect(readdirSync(dirname(loginFile))).toEqual(['config.json']);
  });

  test('has a folder that only its owner can enter', () => {
    const { loginFile } = config();

    writeLogin(loginFile, login);

    expect(statSync(dirname(loginFile)).mode & 0o777).toBe(0o700);
  });

  test.each([
    '',
    '[]',
    'null',
    '{"url":"x"}',
    '{"url":"no address","token":"t"}',
    '{"url":1,"token":2}',
    '{',
  ])('counts as none when it holds %j', (text) => {
    const { loginFile } = config();
    mkdirSync(dirname(loginFile), { recursive: true });
    writeFileSync(loginFile, text);

    expect(readLogin(loginFile)).toBeUndefined();
    expect(resolveConnection(config(), {}).from).toBe('default');
  });

  test('is gone once it is removed', () => {
    const { loginFile } = config();
    writeLogin(loginFile, login);

    expect(removeLogin(loginFile)).toBe(true);
    expect(removeLogin(loginFile)).toBe(false);
    expect(() => readFileSync(loginFile)).toThrow('ENOENT');
  });
});
