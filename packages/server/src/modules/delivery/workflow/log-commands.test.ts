import { expect, test } from 'vitest';
import { createLogCommandReader, readLogCommand } from './log-commands.ts';
import { createLogReader, createMask } from './secret-masking.ts';

test.each([
  [
    '::error file=a.js,line=3,col=5,title=Bad::it%25s%0Awrong',
    {
      name: 'error',
      properties: { file: 'a.js', line: '3', col: '5', title: 'Bad' },
      message: 'it%s\nwrong',
    },
  ],
  ['  ::WARNING::text', { name: 'warning', properties: {}, message: 'text' }],
  [
    '::notice file=a%2Cb%3Ac.js::x',
    { name: 'notice', properties: { file: 'a,b:c.js' }, message: 'x' },
  ],
  ['::group::Install', { name: 'group', properties: {}, message: 'Install' }],
  ['::endgroup::', { name: 'endgroup', properties: {}, message: '' }],
  ['text ::error::x', undefined],
  ['::error', undefined],
  [':: ::x', undefined],
  ['std::vector::size', undefined],
  ['::1::2', undefined],
])('the line %j is read as %j', (line, command) => {
  expect(readLogCommand(line)).toEqual(command);
});

test('a log tells annotations, masks and retired commands, and can be told to be silent', () => {
  const reader = createLogCommandReader();
  const lines = [
    '::error file=a.js,line=3::one',
    '::notice title=T::two',
    '::add-mask::hide',
    '::set-output name=x::1',
    '::stop-commands::token-1',
    '::error::not this',
    '::add-mask::nor this',
    '  ::token-1::',
    '::warning line=x::three',
  ];

  const commands = lines.map((line) => reader.read(line)?.name);

  expect(commands).toEqual([
    'error',
    'notice',
    'add-mask',
    'set-output',
    'stop-commands',
    undefined,
    undefined,
    undefined,
    'warning',
  ]);
  expect(reader.findings()).toEqual({
    annotations: [
      { level: 'error', message: 'one', file: 'a.js', line: 3 },
      { level: 'notice', message: 'two', title: 'T' },
      { level: 'warning', message: 'three' },
    ],
    masks: ['hide'],
    ignored: ['set-output'],
  });
});

test('only the first ten annotations of a kind are kept', () => {
  const reader = createLogCommandReader();

  for (let index = 0; index < 50; index += 1) reader.read(`::error::${index}`);

  expect(reader.findings().annotations).toHaveLength(10);
});

test.each([
  ['plain', ['sesame'], 'open sesame now', 'open *** now'],
  ['one inside another', ['pass', 'password1'], 'password1 pass', '*** ***'],
  ['special characters', ['a.b*c$(x)'], 'a.b*c$(x) aXbc', '*** aXbc'],
  [
    'several lines',
    ['first line\nsecond line\n{'],
    'x first line y second line {',
    'x *** y *** {',
  ],
  ['JSON', ['a"b\\c'], '{"k":"a\\"b\\\\c"}', '{"k":"***"}'],
  ['in an address', ['p@ss word'], 'http://u:p%40ss%20word@h', 'http://u:***@h'],
  ['base64', ['correct horse'], Buffer.from('correct horse').toString('base64'), '***ZQ=='],
  ['none', ['', '  '], 'text', 'text'],
])('a secret is hidden: %s', (_name, secrets, text, expected) => {
  expect(createMask(secrets)(text)).toBe(expected);
});

test('a secret in base64 is hidden wherever it begins', () => {
  const hide = createMask(['hunter2hunter2']);

  for (const user of ['a', 'ab', 'abc', 'abcd']) {
    const header = Buffer.from(`${user}:hunter2hunter2`).toString('base64');
    expect(hide(header)).toContain('***');
    expect(Buffer.from(hide(header).replace('***', ''), 'base64').toString()).not.toContain(
      'hunter2h',
    );
  }
});

test('a log reads as people need it', () => {
  const read = createLogReader(['sesame']);
  const lines = [
    'open sesame',
    '::group::Install sesame',
    'x',
    '::endgroup::',
    '::error file=a::bad sesame',
    '::debug::x',
    'before later',
    '::add-mask::later',
    'after later',
    '::set-output name=a::b',
  ];

  expect(lines.map(read)).toEqual([
    'open ***',
    '▾ Install ***',
    'x',
    undefined,
    'Error: bad ***',
    undefined,
    'before later',
    undefined,
    'after ***',
    undefined,
  ]);
});
