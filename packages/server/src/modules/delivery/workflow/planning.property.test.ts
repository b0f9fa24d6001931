import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advance, newRunState } from './run-machine.ts';
import type { RunPlan } from './run-plan.ts';
import { RunPlan as RunPlanSchema } from './run-plan.ts';
import { cpuTimeOf } from './testing/cpu-time.ts';
import { planOf } from './testing/run-fixture.ts';

const valid = `
name: CI
on: { push: { branches: ["**"], paths: ["a*"] } }
env: &env { A: "\${{ github.sha }}", B: 'x' }
concurrency: { group: g, cancel-in-progress: true }
jobs:
  build:
    runs-on: \${{ matrix.os }}
    strategy: { matrix: { os: [ubuntu-latest, windows-latest], n: [1, 2], include: [{ n: 3 }], exclude: [{ n: 1 }] } }
    outputs: { v: "\${{ steps.one.outputs.v }}" }
    env: *env
    steps:
      - uses: actions/checkout@v4
      - { id: one, run: "echo \${{ toJSON(github) }}", if: "always() && github.ref == 'refs/heads/main'" }
      - run: |
          echo \${{ format('{0} {1}', 'it''s', env.A) }}
        timeout-minutes: \${{ fromJSON('5') }}
      - { uses: ./act, with: { x: "\${{ hashFiles('**') }}" } }
  last:
    needs: [build]
    if: failure() || success()
    runs-on: ubuntu-latest
    steps: [{ run: "echo \${{ needs.build.outputs.v }}" }]
`;
const action = {
  path: 'act/action.yml',
  text: 'inputs: { x: { default: y } }\nruns: { using: composite, steps: [{ run: "echo ${{ inputs.x }}", shell: bash }] }',
};

/** Plans and takes the first steps; answers the time. Whatever is wrong must be a problem, never an exception. */
function survive(text: string): { readonly plan: RunPlan; readonly took: number } {
  let plan: RunPlan | undefined;
  const took = cpuTimeOf(() => {
    plan = planOf(text, { actions: [action], changedPaths: ['a'] });
    const begin = { type: 'begin', at: 0 } as const;
    const { state, operations } = advance(plan, newRunState(plan), begin, {
      secrets: {},
      vars: {},
    });
    expect(state.status === 'finished' || operations.length > 0).toBe(true);
  });
  expect(RunPlanSchema.safeParse(JSON.parse(JSON.stringify(plan))).success).toBe(true);
  return { plan: plan as unknown as RunPlan, took };
}

const fragments = [
  '${{',
  '}}',
  '${{ ',
  "'",
  '"',
  '\n',
  '  ',
  '- ',
  ': ',
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*a',
  '*env',
  '|\n',
  '>\n',
  '#',
  '!!binary ',
  '? ',
  '<<: ',
  'jobs:',
  'steps:',
  'needs: build',
  'needs: last',
  'if: ',
  'uses: ./act',
  'uses: ',
  'run: ',
  'matrix: ',
  'null',
  '~',
  '0x1F',
  '1e999',
  'fromJSON(',
  'toJSON(github)',
  'hashFiles(',
  'github.*.x',
  'a.b[',
  '!',
  '&&',
  '\t',
  '\u0000',
  '\ud800',
  '---\n',
  '...\n',
  '%YAML 9\n',
  'with: {',
];

test('no change to a workflow crashes the planner or the machine, or makes them slow', () => {
  expect(survive(valid).plan.problems).toEqual([]);
  const change = fc.record({
    at: fc.nat(valid.length),
    remove: fc.nat(30),
    insert: fc.oneof(
      fc.constantFrom(...fragments),
      fc.string({ maxLength: 10 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
  });

  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const text = changes.reduce(
        (before, { at, remove, insert }) =>
          before.slice(0, at) + insert + before.slice(at + remove),
        valid,
      );
      expect(survive(text).took).toBeLessThan(2000);
    }),
    { numRuns: 400 },
  );
});

test('no text at all crashes the planner', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(fc.constantFrom(...fragments), { maxLength: 60 }).map((parts) => parts.join('')),
    fc.json().map((json) => `on: push\njobs: ${json}`),
    fc
      .json()
      .map((json) => `on: push\njobs: { a: { runs-on: x, strategy: ${json}, steps: ${json} } }`),
    fc
      .json()
      .map((json) => `on: ${json}\njobs: { a: { runs-on: x, steps: [{ run: x, env: ${json} }] } }`),
  );

  fc.assert(
    fc.property(text, (any) => void survive(any)),
    { numRuns: 500 },
  );
});

const steps = (lines: string) => `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n${lines}`;
const bomb = (levels: number) =>
  Array.from({ length: levels }, (_, level) =>
    level === 0
      ? 'x0: &x0 [a, a, a, a, a, a, a, a, a]'
      : `x${level}: &x${level} [${`*x${level - 1}, `.repeat(9)}]`,
  ).join('\n');
const hostile: Readonly<Record<string, string>> = {
  'brackets without end': '['.repeat(120_000),
  'dashes without end': '- '.repeat(60_000),
  'mappings without end': '{a: '.repeat(30_000),
  'keys of keys': '? '.repeat(60_000),
  'mappings on one line': 'a: '.repeat(40_000),
  'properties without end': '&a '.repeat(40_000),
  'quotes without end': '"'.repeat(120_001),
  'deep indentation': Array.from({ length: 480 }, (_, depth) => `${' '.repeat(depth)}a:`).join(
    '\n',
  ),
  'aliases that multiply': `on: push\n${bomb(12)}\njobs: *x11`,
  'aliases that nest': `on: push\n${Array.from({ length: 3000 }, (_, n) => `k${n}: &a${n} [*a${Math.max(0, n - 1)}]`).join('\n')}\njobs: *a2999`,
  'an alias of itself': 'on: push\njobs: &a { x: *a }',
  'thousands of aliases': `on: push\nx: &a y\njobs: [${'*a, '.repeat(25_000)}]`,
  'too long': `on: push\n#${'x'.repeat(140_000)}`,
  'thousands of jobs': `on: push\njobs:\n${Array.from({ length: 5000 }, (_, n) => `  j${n}: {runs-on: x}`).join('\n')}`,
  'thousands of steps': steps('      - run: x\n'.repeat(7000)),
  'thousands of expressions in one value': steps(`      - run: "${'${{ 1 }}'.repeat(10_000)}"\n`),
  'thousands of expressions': steps('      - run: ${{ github.sha }}\n'.repeat(3000)),
  'a chain of comparisons': steps(`      - run: "\${{ ${'1 == '.repeat(4000)}1 }}"\n`),
  'parentheses without end': steps(`      - run: "\${{ ${'('.repeat(10_000)} }}"\n`),
  'text that doubles itself': steps(
    `      - run: "\${{ ${"format('{0}{0}{0}{0}', ".repeat(40)}'xxxxxxxx'${')'.repeat(40)} }}"\n`,
  ),
  'JSON of JSON': steps(`      - run: "\${{ ${'toJSON('.repeat(45)}github${')'.repeat(45)} }}"\n`),
  'a huge matrix': `on: push\njobs: { a: { runs-on: x, strategy: { matrix: { ${Array.from({ length: 20 }, (_, n) => `k${n}: [1,2,3,4,5,6,7,8,9]`).join(', ')} } }, steps: [{ run: x }] } }`,
  'a filter that backtracks': `on: { push: { paths: ["${'**a'.repeat(5000)}"] } }\njobs: { a: { runs-on: x, steps: [{ run: x }] } }`,
  'many names wait for many names': `on: push\njobs:\n${Array.from({ length: 95 }, (_, n) => `  j${n}: {runs-on: x, steps: [{run: x}], needs: [${Array.from({ length: n }, (_, m) => `j${m}`).join(',')}]}`).join('\n')}`,
};

test.each(Object.entries(hostile))('%s neither crash nor hang the planner', (_name, text) => {
  const { took } = survive(text);

  expect(took).toBeLessThan(4000);
});
