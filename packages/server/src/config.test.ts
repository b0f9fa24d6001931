import { PltfError } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const least = { DATABASE_URL: 'postgresql://pltf:x@localhost/postgres', PLTF_DATA: '/tmp/data' };

function problemsOf(
  env: Record<string, string | undefined>,
): readonly { where: string; message: string; fix?: string }[] {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(PltfError);
    return (error as PltfError).errors;
  }
  return [];
}

describe('the configuration', () => {
  test('needs a database and a folder, and has a default for everything else', () => {
    const config = readConfig(least);

    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 7070,
      routerPort: 7080,
      portalUrl: 'http://localhost:7070',
      hosts: [],
      trustedProxies: [],
      sessions: { idleMs: 12 * 3_600_000, absoluteMs: 7 * 86_400_000 },
      logLevel: 'info',
      validateAnswers: false,
      dataDirectory: '/tmp/data',
      databaseConnections: 10,
      agentSocket: '/tmp/data/agent/agent.sock',
    });
  });

  test('tells every problem at once, each with its variable and where there is one its remedy', () => {
    const problems = problemsOf({
      PLTF_PORT: 'eighty',
      PLTF_ROUTER_PORT: '70000',
      PLTF_LOG_LEVEL: 'loud',
      PLTF_PUBLIC_URL: 'ftp://example.com',
      PLTF_TRUSTED_PROXIES: '10.0.0.1, nowhere',
      PLTF_SESSION_IDLE: '5 minutes',
    });

    expect(problems.map(({ where }) => where).toSorted()).toEqual([
      'DATABASE_URL',
      'PLTF_DATA',
      'PLTF_LOG_LEVEL',
      'PLTF_PORT',
      'PLTF_PUBLIC_URL',
      'PLTF_ROUTER_PORT',
      'PLTF_SESSION_IDLE',
      'PLTF_TRUSTED_PROXIES',
    ]);
    expect(problems.find(({ where }) => where === 'DATABASE_URL')).toEqual({
      where: 'DATABASE_URL',
      message: 'is not set',
      fix: expect.stringContaining('pltf up'),
    });
  });

  test('takes an empty variable for one that is not set', () => {
    expect(readConfig({ ...least, PLTF_PORT: '', PLTF_PUBLIC_URL: '' }).port).toBe(7070);
    expect(problemsOf({ ...least, DATABASE_URL: '' })).toMatchObject([{ where: 'DATABASE_URL' }]);
  });

  test.each([
    [{ PLTF_PORT: '9000' }, 'http://localhost:9000'],
    [{ PLTF_HOST: '::1' }, 'http://localhost:7070'],
    [{ PLTF_HOST: '192.168.1.5' }, 'http://192.168.1.5:7070'],
    [{ PLTF_HOST: 'fd00::5' }, 'http://[fd00::5]:7070'],
    [
      { PLTF_HOST: '0.0.0.0', PLTF_PUBLIC_URL: 'https://Pltf.example.com/' },
      'https://pltf.example.com',
    ],
  ])('with %j people reach the portal at %s', (env, expected) => {
    expect(readConfig({ ...least, ...env }).portalUrl).toBe(expected);
  });

  test.each([
    [{ PLTF_HOST: '0.0.0.0' }, 'PLTF_PUBLIC_URL'],
    [{ PLTF_PUBLIC_URL: 'https://example.com/portal' }, 'PLTF_PUBLIC_URL'],
    [{ PLTF_PUBLIC_URL: 'https://me:secret@example.com' }, 'PLTF_PUBLIC_URL'],
    [{ PLTF_PORT: '7080' }, 'PLTF_ROUTER_PORT'],
    [{ PLTF_SESSION_IDLE: '8d' }, 'PLTF_SESSION_IDLE'],
  ])('refuses %j, and names %s', (env, where) => {
    expect(problemsOf({ ...least, ...env }).map((problem) => problem.where)).toEqual([where]);
  });

  test('checks answers outside production, unless told otherwise', () => {
    expect(readConfig({ ...least, NODE_ENV: 'test' }).validateAnswers).toBe(true);
    expect(readConfig({ ...least, NODE_ENV: 'production' }).validateAnswers).toBe(false);
    expect(readConfig({ ...least, PLTF_VALIDATE_ANSWERS: '1' }).validateAnswers).toBe(true);
  });

  test('never repeats the password of the database in a problem', () => {
    const attempt = (): unknown =>
      readConfig({ ...least, DATABASE_URL: 'mysql://me:secret@host/db' });

    expect(attempt).toThrow(/postgresql/);
    expect(attempt).not.toThrow(/secret/);
  });
});
