import { describe, expect, test } from 'vitest';
import { answer, parseQuestion } from './credential.ts';

const url = 'http://127.0.0.1:7070';
const reply = (question: string, token: string | undefined = 'secret') =>
  answer(parseQuestion(question), url, token);

describe('the answer to git', () => {
  test.each([
    'protocol=http\nhost=127.0.0.1:7070\n\n',
    'protocol=http\nhost=localhost:7070\npath=git/users-api.git\nwwwauth[]=Basic realm="pltf"\n\n',
  ])('is the token for the platform: %j', (question) => {
    expect(reply(question)).toBe('username=pltf\npassword=secret\n');
  });

  test.each([
    'protocol=https\nhost=127.0.0.1:7070\n',
    'protocol=http\nhost=127.0.0.1:7071\n',
    'protocol=http\nhost=127.0.0.1\n',
    'protocol=http\nhost=evil.example:7070\n',
    'protocol=http\nhost=127.0.0.1:7070@evil.example\n',
    'protocol=http\nhost=evil.example/127.0.0.1:7070\n',
    'protocol=http\n',
    '',
  ])('is nothing for anybody else: %j', (question) => {
    expect(reply(question)).toBe('');
  });

  test('holds no token that would end the line', () => {
    expect(reply('protocol=http\nhost=127.0.0.1:7070\n', 'a\npassword=b')).toBe('');
    expect(answer(parseQuestion('protocol=http\nhost=127.0.0.1:7070\n'), url, undefined)).toBe('');
  });
});
