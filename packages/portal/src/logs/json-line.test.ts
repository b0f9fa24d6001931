import { expect, it } from 'vitest';
import { levelTone, readJsonLine } from './json-line.ts';

it('puts level and message first, leaves the time out and keeps the rest in its order', () => {
  const line =
    '{"time":"2026-11-21T14:00:00Z","level":"info","message":"request","path":"/","status":200,"user":{"id":1}}';

  expect(readJsonLine(line)).toEqual({
    level: 'info',
    message: 'request',
    rest: [
      ['path', '/'],
      ['status', '200'],
      ['user', '{"id":1}'],
    ],
  });
});

it('knows the numbers of pino', () => {
  expect(readJsonLine('{"level":50,"msg":"boom","pid":1}')).toMatchObject({
    level: 'error',
    message: 'boom',
  });
  expect(['error', 'warning', 'info', 'fatal'].map(levelTone)).toEqual([
    'bad',
    'warn',
    'quiet',
    'bad',
  ]);
});

it.each(['plain text', '{"no":"message"}', '{broken', '[1]', '{"msg": 1}', '', '{}'])(
  'leaves %j as it is',
  (line) => {
    expect(readJsonLine(line)).toBeUndefined();
  },
);
