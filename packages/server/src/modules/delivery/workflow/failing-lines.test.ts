import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failingLines } from './failing-lines.ts';

/** What a program really prints about this file; the folder's own name is taken out, as for a workspace. */
function printed(name: string, text: string, command: readonly [string, ...string[]]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'pltf-failing-'));
  try {
    writeFileSync(join(folder, name), text);
    const [program, ...args] = command;
    const env = { PATH: process.env['PATH'] };
    const { stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', env });
    return `${stdout}${stderr}`.replaceAll(`${folder}/`, '').split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const nodeTest = `
const test = require('node:test');
const assert = require('node:assert');
test('adds', () => assert.strictEqual(1 + 1, 2));
test('greets people', () => assert.strictEqual('helo', 'hello'));
`;

test.each(['spec', 'tap'])(
  'a failure of node --test, reported as %s, is shown with its place',
  (reporter) => {
    const log = printed('greet.test.js', nodeTest, [
      'node',
      '--test',
      `--test-reporter=${reporter}`,
      'greet.test.js',
    ]);
    const noise = [
      '> app@1.0.0 test',
      '> node --test',
      ...log,
      'npm error Lifecycle script `test` failed with error:',
      'npm error code 1',
    ];

    const { where, lines } = failingLines(noise, []);

    expect(where).toMatch(/^greet\.test\.js:5/);
    expect(lines.join('\n')).toContain('greets people');
    expect(lines.join('\n')).toContain("+ 'helo'");
    expect(lines.join('\n')).not.toMatch(/adds|npm error|node:|generatedMessage/);
  },
);

test('a failure of unittest is shown with its innermost place', () => {
  const text =
    'import unittest\nclass T(unittest.TestCase):\n    def test_sum(self):\n        self.assertEqual(1 + 1, 3)\nunittest.main()\n';
  const { where, lines } = failingLines(
    printed('test_sum.py', text, ['python3', 'test_sum.py']),
    [],
  );

  expect(where).toBe('test_sum.py:4');
  expect(lines[0]).toContain('FAIL: test_sum');
  expect(lines.at(-1)).toBe('AssertionError: 2 != 3');
});

test('an exception that nobody caught is shown, of Node and of Python', () => {
  const node = failingLines(
    [
      'starting',
      ...printed('start.js', "function start() {\n  throw new Error('no port');\n}\nstart();\n", [
        'node',
        'start.js',
      ]),
    ],
    [],
  );
  const python = failingLines(
    [
      'starting',
      ...printed('start.py', "def start():\n    raise ValueError('no port')\nstart()\n", [
        'python3',
        'start.py',
      ]),
    ],
    [],
  );

  expect(node).toEqual({
    where: 'start.js:2',
    lines: [
      'start.js:2',
      "  throw new Error('no port');",
      '  ^',
      'Error: no port',
      '    at start (start.js:2:9)',
      '    at Object.<anonymous> (start.js:4:1)',
    ],
  });
  expect(python.where).toBe('start.py:2');
  expect(python.lines.at(-1)).toBe('ValueError: no port');
});

test.each<[string, string, string | undefined, string]>([
  [
    'pytest',
    `collected 2 items
test_a.py .F                                                  [100%]

=================================== FAILURES ===================================
___________________________________ test_b ____________________________________

    def test_b():
>       assert 1 == 2
E       assert 1 == 2

test_a.py:5: AssertionError
=========================== short test summary info ============================
FAILED test_a.py::test_b - assert 1 == 2
========================= 1 failed, 1 passed in 0.02s ==========================`,
    'test_a.py:5',
    'E       assert 1 == 2',
  ],
  [
    'vitest',
    ` ❯ src/a.test.ts (2 tests | 1 failed) 5ms
⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  src/a.test.ts > adds
AssertionError: expected 2 to be 3 // Object.is equality
 ❯ src/a.test.ts:4:17

 Test Files  1 failed (1)`,
    'src/a.test.ts:4',
    'AssertionError: expected 2 to be 3 // Object.is equality',
  ],
  [
    'jest',
    `PASS src/b.test.js
FAIL src/a.test.js
  ● adds

    expect(received).toBe(expected)

      at Object.<anonymous> (src/a.test.js:3:17)

Test Suites: 1 failed, 1 total`,
    'src/a.test.js:3',
    '    expect(received).toBe(expected)',
  ],
  [
    'the TypeScript compiler',
    `> tsc --noEmit
src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.
Found 1 error.`,
    'src/a.ts:3',
    "src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
  ],
  [
    'go test',
    `=== RUN   TestSum
--- FAIL: TestSum (0.00s)
    sum_test.go:8: got 3, want 4
FAIL
FAIL	example.com/sum	0.001s`,
    'sum_test.go:8',
    '    sum_test.go:8: got 3, want 4',
  ],
])('a failure of %s is shown with its place', (_name, log, where, line) => {
  const failing = failingLines(log.split('\n'), []);

  expect(failing.where).toBe(where);
  expect(failing.lines).toContain(line);
});

test('the last error annotation comes before everything else', () => {
  const annotations = [
    { level: 'error', message: 'first', file: 'a.js', line: 1 },
    { level: 'error', message: 'second\nwith more', title: 'Lint', file: 'b.js', line: 2 },
    { level: 'warning', message: 'third' },
  ] as const;

  expect(failingLines(['noise'], annotations)).toEqual({
    where: 'b.js:2',
    lines: ['Lint: second', 'with more'],
  });
});

test('an unknown program shows its last 20 lines, without colours and without what npm says about itself', () => {
  const log = [
    ...Array.from({ length: 50 }, (_, index) => `\u001b[31mline ${index}\u001b[0m`),
    'npm error code 1',
    '',
  ];

  const { where, lines } = failingLines(log, []);

  expect(where).toBeUndefined();
  expect(lines).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 30}`));
  expect(failingLines([], [])).toEqual({ lines: [] });
});
