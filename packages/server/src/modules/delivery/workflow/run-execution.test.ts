import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunFixture, type RunFixtureOptions } from './testing/run-fixture.ts';

/** Runs a workflow's jobs; answers the finished run and what its scripts wrote to `$OUT`. */
async function runJobs(jobs: string, options: Omit<RunFixtureOptions, 'workflow'> = {}) {
  const workflow = `name: CI\non: push\nenv:\n  OUT: \${{ vars.EFFECTS }}/out\njobs:\n${jobs}`;
  await using fixture = createRunFixture({ workflow, ...options });
  expect(fixture.plan.problems).toEqual([]);
  const { state, view } = await fixture.finish();
  const out = join(fixture.effects, 'out');
  return {
    state,
    view,
    lines: existsSync(out) ? readFileSync(out, 'utf8').split('\n').slice(0, -1) : [],
    stepsOf: (job: string) =>
      view.jobs
        .find(({ name }) => name === job)
        ?.steps.map(({ name, state: step }) => `${name}: ${step}`),
    log: async () => state,
  };
}

const job = (steps: string, more = '') =>
  `  test:\n    runs-on: ubuntu-latest\n${more}    steps:\n${steps.replace(/^/gm, '      ')}\n`;

test('a script arrives unchanged: quotes, expressions, here-documents and blank lines', async () => {
  const { lines, view } = await runJobs(
    job(`
- run: |
    cat > file.txt <<'END'
      it's 'quoted' "twice" \${{ github.ref_name }} $HOME \`x\`

    done {0} \\n %s
    END
    cat file.txt >> "$OUT"
- shell: python
  run: |
    import os
    if True:
        open(os.environ['OUT'], 'a').write("python \${{ 'it''s ''so''' }}\\n")
- shell: node
  run: require('node:fs').appendFileSync(process.env.OUT, 'node ok\\n')
- shell: sh
  run: echo "sh ok" >> "$OUT"
- shell: perl {0}
  run: open(my $f, '>>', $ENV{OUT}); print $f "perl ok\\n";
`),
  );

  expect(view.state).toBe('passed');
  expect(lines).toEqual([
    `  it's 'quoted' "twice" main $HOME \`x\``,
    '',
    'done {0} \\n %s',
    `python it's 'so'`,
    'node ok',
    'sh ok',
    'perl ok',
  ]);
});

test('bash stops at the first failure, and looks into pipes only when it is named', async () => {
  const { view, lines } = await runJobs(`
  unnamed:
    runs-on: ubuntu-latest
    steps:
      - run: false | echo unnamed >> "$OUT"
  named:
    runs-on: ubuntu-latest
    steps:
      - shell: bash
        run: |
          false | true
          echo never >> "$OUT"
`);

  expect(view.jobs.map(({ state }) => state)).toEqual(['passed', 'failed']);
  expect(lines).toEqual(['unnamed']);
});

test('variables come from workflow, job, step and earlier steps, each over the one before', async () => {
  const { lines, view } = await runJobs(
    job(
      `
- run: |
    echo "$A $B $C" >> "$OUT"
    echo "B=set" >> "$GITHUB_ENV"
    printf 'MULTI<<END\\none\\ntwo\\nEND\\n' >> "$GITHUB_ENV"
    echo "GITHUB_SHA=forged" >> "$GITHUB_ENV"
    echo "NODE_OPTIONS=--no-such-option" >> "$GITHUB_ENV"
    mkdir -p bin && printf '#!/bin/sh\\necho tool\\n' > bin/tool && chmod +x bin/tool
    echo "$GITHUB_WORKSPACE/bin" >> "$GITHUB_PATH"
  env: { C: "step \${{ env.B }}" }
- run: |
    echo "$A $B $C $MULTI" | tr '\\n' ' ' >> "$OUT"; echo >> "$OUT"
    tool >> "$OUT"
    test "$GITHUB_SHA" = "\${{ github.sha }}"
    test -z "$NODE_OPTIONS" && node --version
- run: echo "\${{ env.B }} \${{ env.A }}" >> "$OUT"
  env: { B: own }
`,
      '    env: { A: job, B: job }\n',
    ),
  );

  expect(view.jobs[0]?.steps[0]?.note).toContain(
    'the variable NODE_OPTIONS cannot be set by a step',
  );
  expect(lines).toEqual(['job job step job', 'job set  one two ', 'tool', 'own job']);
});

test('the environment is GitHub’s and holds nothing of the platform', async () => {
  process.env['PLATFORM_SECRET'] = 'leaked';
  const { lines } = await runJobs(
    job(`
- run: |
    env | grep -c PLATFORM_SECRET >> "$OUT" || true
    echo "$CI $GITHUB_ACTIONS $GITHUB_REPOSITORY $GITHUB_REF $GITHUB_REF_NAME $GITHUB_EVENT_NAME $GITHUB_ACTOR" >> "$OUT"
    echo "$GITHUB_JOB $GITHUB_WORKFLOW $GITHUB_RUN_ID $GITHUB_RUN_NUMBER $GITHUB_RUN_ATTEMPT $RUNNER_OS $RUNNER_ARCH" >> "$OUT"
    test "$PWD" = "$GITHUB_WORKSPACE" && test -d "$RUNNER_TEMP" && test -d "$HOME" && echo places >> "$OUT"
    echo "[$GITHUB_TOKEN]" >> "$OUT"
    echo "\${{ runner.os }} \${{ github.event.head_commit.message }} \${{ github.event.repository.default_branch }}" >> "$OUT"
`),
    { inputs: { token: 'ghs_token' } },
  );
  delete process.env['PLATFORM_SECRET'];

  expect(lines).toEqual([
    '0',
    'true true team/app refs/heads/main main push ada',
    'test CI run_1 7 1 Linux X64',
    'places',
    '[]',
    'Linux Change a line main',
  ]);
});

test('conditions see success, failure, outcome and conclusion', async () => {
  const { lines, view, stepsOf } = await runJobs(
    job(`
- { id: tolerated, name: tolerated, run: exit 3, continue-on-error: true }
- { name: after tolerated, run: 'echo "\${{ steps.tolerated.outcome }} \${{ steps.tolerated.conclusion }}" >> "$OUT"' }
- { name: not on failure, if: failure(), run: echo no >> "$OUT" }
- { id: bad, name: bad, run: 'echo "x=kept" >> "$GITHUB_OUTPUT"; exit 1' }
- { name: skipped, run: echo no >> "$OUT" }
- { name: on failure, if: "failure() && steps.bad.outcome == 'failure'", run: 'echo "failure \${{ steps.bad.outputs.x }} \${{ job.status }}" >> "$OUT"' }
- { name: always, if: "\${{ always() }}", run: echo always >> "$OUT" }
- { name: not cancelled, if: "!cancelled()", run: echo not cancelled >> "$OUT" }
`),
  );

  expect(view.state).toBe('failed');
  expect(lines).toEqual(['failure success', 'failure kept failure', 'always', 'not cancelled']);
  expect(stepsOf('test')).toEqual([
    'tolerated: passed',
    'after tolerated: passed',
    'not on failure: skipped',
    'bad: failed',
    'skipped: skipped',
    'on failure: passed',
    'always: passed',
    'not cancelled: passed',
  ]);
});

test('jobs wait for their needs and read their outputs; a failure skips what is behind it', async () => {
  const { lines, view } = await runJobs(`
  build:
    runs-on: ubuntu-latest
    outputs: { version: "\${{ steps.v.outputs.version }}" }
    steps:
      - id: v
        run: echo "version=1.2.3" >> "$GITHUB_OUTPUT"
  bad:
    needs: build
    runs-on: ubuntu-latest
    steps: [{ run: exit 1 }]
  use:
    needs: [build]
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "\${{ needs.build.outputs.version }} \${{ needs.build.result }}" >> "$OUT"' }]
  behind:
    needs: [bad]
    runs-on: ubuntu-latest
    steps: [{ run: echo no >> "$OUT" }]
  further:
    needs: [behind]
    runs-on: ubuntu-latest
    steps: [{ run: echo no >> "$OUT" }]
  clean:
    needs: [further]
    if: always()
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "clean \${{ needs.further.result }}" >> "$OUT"' }]
  report:
    needs: [clean]
    if: failure()
    runs-on: ubuntu-latest
    steps: [{ run: echo report >> "$OUT" }]
`);

  expect(lines).toEqual(['1.2.3 success', 'clean skipped', 'report']);
  expect(view.jobs.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'build passed',
    'bad failed',
    'use passed',
    'behind skipped',
    'further skipped',
    'clean passed',
    'report passed',
  ]);
  expect(view.jobs[3]?.note).toBe('it needs bad, which did not pass');
});

test('a matrix may come from the output of another job', async () => {
  const { lines, view } = await runJobs(`
  list:
    runs-on: ubuntu-latest
    outputs: { names: "\${{ steps.l.outputs.names }}" }
    steps:
      - id: l
        run: echo 'names=["a","b","c"]' >> "$GITHUB_OUTPUT"
  each:
    needs: list
    runs-on: ubuntu-latest
    strategy:
      max-parallel: 1
      matrix:
        name: \${{ fromJSON(needs.list.outputs.names) }}
        include: [{ name: b, extra: more }]
        exclude: [{ name: c }]
    steps:
      - run: echo "\${{ matrix.name }}\${{ matrix.extra }} \${{ strategy.job-index }}/\${{ strategy.job-total }}" >> "$OUT"
`);

  expect(lines).toEqual(['a 0/2', 'bmore 1/2']);
  expect(view.jobs.map(({ name }) => name)).toEqual(['list', 'each (a)', 'each (b, more)']);
});

test('a failing leg cancels the others unless fail-fast is off', async () => {
  const legs = (failFast: boolean) => `
  legs:
    runs-on: ubuntu-latest
    strategy: { fail-fast: ${failFast}, matrix: { n: [1, 2, 3] } }
    steps:
      - run: |
          test \${{ matrix.n }} != 1
          sleep 0.3
      - run: echo "\${{ matrix.n }}" >> "$OUT"
`;
  const fast = await runJobs(legs(true));
  const slow = await runJobs(legs(false));

  expect(fast.lines).toEqual([]);
  expect(fast.view.jobs.map(({ state }) => state)).toEqual(['failed', 'cancelled', 'cancelled']);
  expect(slow.lines.toSorted()).toEqual(['2', '3']);
  expect(slow.view.jobs.map(({ state }) => state)).toEqual(['failed', 'passed', 'passed']);
});

test('a job that may fail does not fail the run', async () => {
  const { view, lines } = await runJobs(`
  may:
    runs-on: ubuntu-latest
    continue-on-error: true
    steps: [{ run: exit 1 }]
  after:
    needs: may
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "\${{ needs.may.result }}" >> "$OUT"' }]
`);

  expect(view.state).toBe('passed');
  expect(lines).toEqual(['success']);
});

test('a local composite action has inputs, outputs and steps of its own', async () => {
  const action = `
name: Greet
inputs:
  who: { default: nobody }
  how: { default: "Hello from \${{ github.ref_name }}" }
outputs:
  text: { value: "\${{ steps.make.outputs.text }}!" }
runs:
  using: composite
  steps:
    - id: make
      shell: bash
      run: |
        echo "text=\${{ inputs.how }}, \${{ inputs.who }}" >> "$GITHUB_OUTPUT"
        echo "FROM_ACTION=yes" >> "$GITHUB_ENV"
        test -f "\${{ github.action_path }}/action.yml"
    - if: inputs.who == 'nobody'
      shell: bash
      run: exit 1
    - if: failure()
      shell: bash
      run: echo "inner failure" >> "$OUT"
`;
  const { lines, view, stepsOf } = await runJobs(
    job(`
- uses: actions/checkout@v4
- { uses: ./.github/actions/greet, id: greet, with: { WHO: "\${{ github.actor }}" } }
- run: echo "\${{ steps.greet.outputs.text }} $FROM_ACTION \${{ steps.make.outputs.text }}" >> "$OUT"
- { uses: ./.github/actions/greet, id: bad, continue-on-error: true }
- run: echo "\${{ steps.bad.outcome }} \${{ steps.bad.conclusion }}" >> "$OUT"
`),
    { files: { '.github/actions/greet/action.yml': action } },
  );

  expect(view.state).toBe('passed');
  expect(lines).toEqual(['Hello from main, ada! yes ', 'inner failure', 'failure success']);
  expect(
    stepsOf('test')
      ?.filter((step) => step.startsWith('›'))
      .map((step) => step.split(': ').at(-1)),
  ).toEqual(['passed', 'skipped', 'skipped', 'passed', 'failed', 'passed']);
});

test('artifacts and caches go from job to job; the key may be the hash of files', async () => {
  const cached = `
      - id: cache
        uses: actions/cache@v4
        with:
          path: store
          key: \${{ runner.os }}-\${{ hashFiles('**/lock.txt', '!other/**') }}
          restore-keys: Linux-
      - run: |
          echo "hit=\${{ steps.cache.outputs.cache-hit }} $(cat store/file 2>/dev/null)" >> "$OUT"
          mkdir -p store && echo stored > store/file`;
  const { lines, view, state } = await runJobs(
    `
  make:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4${cached}
      - run: mkdir dist && echo built > dist/app
      - { uses: actions/upload-artifact@v4, with: { name: dist, path: dist } }
      - { uses: actions/upload-artifact@v4, with: { name: nothing, path: absent, if-no-files-found: ignore } }
  take:
    needs: make
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4${cached}
      - { uses: actions/download-artifact@v4, with: { name: dist, path: got } }
      - { uses: actions/download-artifact@v4, with: { path: all } }
      - run: cat got/app all/dist/app >> "$OUT"
`,
    { files: { 'lock.txt': 'one', 'a/lock.txt': 'two', 'other/lock.txt': 'three' } },
  );

  expect(view.failing).toEqual([]);
  expect(lines).toEqual(['hit= ', 'hit=true stored', 'built', 'built']);
  expect(state.artifacts).toEqual([{ name: 'dist', files: 1, bytes: 6 }]);
  expect(state.jobs[0]?.legs[0]?.steps[1]?.cache?.key).toMatch(/^Linux-[0-9a-f]{64}$/);
  expect(view.jobs[1]?.steps.at(-1)).toMatchObject({
    state: 'skipped',
    note: 'the cache is there already',
  });
});

test('what cannot run here is named and skipped, and the rest runs', async () => {
  const { view, lines } = await runJobs(`
  test:
    runs-on: ubuntu-latest
    steps:
      - { uses: actions/setup-node@v4, with: { node-version: 22 } }
      - { id: scan, name: Scan, uses: someone/scanner@v3 }
      - { name: Needs scan, run: 'echo "\${{ steps.scan.outputs.report }}" >> "$OUT"' }
      - { name: Image, run: docker build . }
      - run: echo ran >> "$OUT"
  image:
    needs: test
    runs-on: ubuntu-latest
    steps: [{ uses: actions/checkout@v4 }, { uses: docker/build-push-action@v6 }]
  after-image:
    needs: image
    runs-on: ubuntu-latest
    steps: [{ run: echo no >> "$OUT" }]
  windows:
    strategy: { matrix: { os: [ubuntu-latest, windows-latest] } }
    runs-on: \${{ matrix.os }}
    steps: [{ run: 'echo "\${{ matrix.os }}" >> "$OUT"' }]
  database:
    runs-on: ubuntu-latest
    services: { db: { image: "postgres:16" } }
    steps: [{ run: echo no >> "$OUT" }]
`);

  expect(view.state).toBe('passed');
  expect(lines.toSorted()).toEqual(['ran', 'ubuntu-latest']);
  expect(view.jobs.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'test passed',
    'image unavailable',
    'after-image skipped',
    'windows (ubuntu-latest) passed',
    'windows (windows-latest) unavailable',
    'database unavailable',
  ]);
  expect(view.jobs[0]?.steps.map(({ state }) => state)).toEqual([
    'passed',
    'unavailable',
    'unavailable',
    'unavailable',
    'passed',
  ]);
  expect(view.notes).toEqual([
    'test / Run actions/setup-node@v4: asked for Node.js 22; Node.js 20.20.1 of this platform is used',
    "test / Scan: cannot run here: other people's actions are not run on this platform; it runs on GitHub Actions, from the same file",
    'test / Needs scan: cannot run here: it needs the outputs of step scan, which cannot run here; it runs on GitHub Actions, from the same file',
    'test / Image: cannot run here: docker is not installed here; it runs on GitHub Actions, from the same file',
    "image: cannot run here: docker/build-push-action@v6: other people's actions are not run on this platform; it runs on GitHub Actions, from the same file",
    'windows (windows-latest): cannot run here: it asks for windows-latest, and this platform runs Linux; it runs on GitHub Actions, from the same file',
    'database: cannot run here: it starts service containers, and that needs Docker; it runs on GitHub Actions, from the same file',
  ]);
});

test('a step over its time fails; a job over its time is ended and still cleans up', async () => {
  const { lines, view } = await runJobs(`
  step:
    runs-on: ubuntu-latest
    steps:
      - { name: slow, run: sleep 20, timeout-minutes: 0.005 }
      - { if: always(), run: 'echo "step cleanup \${{ job.status }}" >> "$OUT"' }
  job:
    runs-on: ubuntu-latest
    timeout-minutes: 0.01
    steps:
      - { name: slow, run: sleep 20 }
      - { run: echo no >> "$OUT" }
      - { if: cancelled(), run: 'echo "job cleanup \${{ job.status }}" >> "$OUT"' }
`);

  expect(view.state).toBe('failed');
  expect(lines.toSorted()).toEqual(['job cleanup cancelled', 'step cleanup failure']);
  expect(view.jobs.map(({ state }) => state)).toEqual(['failed', 'failed']);
  expect(view.jobs[1]?.note).toContain('it took longer than 0.01 minutes');
});

test('what remains of a job after its grace is ended for good', async () => {
  const { view, lines } = await runJobs(
    `
  job:
    runs-on: ubuntu-latest
    timeout-minutes: 0.004
    steps:
      - { name: slow, run: sleep 20 }
      - { name: forever, if: always(), run: sleep 20 }
      - { name: last, if: always(), run: echo no >> "$OUT" }
`,
    { plan: { limits: { cancelGraceMs: 200 } } },
  );

  expect(view.jobs[0]?.steps.map(({ state }) => state)).toEqual([
    'cancelled',
    'cancelled',
    'cancelled',
  ]);
  expect(lines).toEqual([]);
});

test('a red step shows the lines that matter, annotations first, without secrets', async () => {
  const { view, state } = await runJobs(
    job(`
- run: |
    echo "::add-mask::learned-value"
    echo "token is hunter22 and learned-value"
    echo "::warning file=a.js,line=3::careful with hunter22"
    echo "::set-output name=x::1"
    echo "# hunter22" >> "$GITHUB_STEP_SUMMARY"
- name: check
  run: |
    echo "::error file=src/app.js,line=12,col=5::learned-value is not hunter22"
    exit 1
`),
    { inputs: { secrets: { PASSWORD: 'hunter22' } } },
  );

  expect(view.failing).toEqual([
    { step: 'test / check', where: 'src/app.js:12', lines: ['*** is not ***'] },
  ]);
  const [first] = state.jobs[0]?.legs[0]?.steps ?? [];
  expect(first?.annotations).toEqual([
    { level: 'warning', message: 'careful with ***', file: 'a.js', line: 3 },
  ]);
  expect(first?.summary).toBe('# ***\n');
  expect(first?.outputs).toEqual({});
  expect(first?.notes.join()).toContain('set-output');
  expect(state.masks).toEqual(['learned-value']);
  expect(JSON.stringify(state)).not.toContain('hunter22');
});

test('an output that holds a secret does not leave its job', async () => {
  const { lines, view } = await runJobs(
    `
  a:
    runs-on: ubuntu-latest
    outputs: { s: "\${{ steps.x.outputs.s }}", t: plain }
    steps:
      - id: x
        run: echo "s=\${{ secrets.KEY }}" >> "$GITHUB_OUTPUT"
  b:
    needs: a
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "[\${{ needs.a.outputs.s }}] \${{ needs.a.outputs.t }}" >> "$OUT"' }]
`,
    { inputs: { secrets: { KEY: 'sesame' } } },
  );

  expect(lines).toEqual(['[] plain']);
  expect(view.jobs[0]?.note).toContain('the output s is not handed on');
});

test.each([
  ['an expression without a value', '- run: echo "${{ fromJSON(env.NOPE) }}"', 'fromJ'],
  [
    'a working directory outside the workspace',
    '- { run: ls, working-directory: ../.. }',
    'outside the workspace',
  ],
  [
    'an output file that cannot be read',
    '- run: echo "no equals sign" >> "$GITHUB_OUTPUT"',
    'neither name=value',
  ],
  [
    'a checkout of another repository',
    '- { uses: actions/checkout@v4, with: { repository: a/b } }',
    'Only this repository',
  ],
  [
    'an artifact that nobody uploaded',
    '- { uses: actions/download-artifact@v4, with: { name: x } }',
    "no artifact 'x'",
  ],
  [
    'an upload of nothing that must be there',
    '- { uses: actions/upload-artifact@v4, with: { path: x, if-no-files-found: error } }',
    'No file fits',
  ],
])('%s fails its step, with the reason at its place in the file', async (_name, step, message) => {
  const { view } = await runJobs(job(step));

  expect(view.state).toBe('failed');
  expect(view.failing[0]?.where).toBe('.github/workflows/ci.yml:9');
  expect(view.failing[0]?.lines.join('\n')).toContain(message);
});

test('cancelling ends what runs, runs what is always to run, and leaves the rest', async () => {
  const workflow = `
on: push
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: 'echo started > \${{ vars.EFFECTS }}/started; sleep 30'
      - run: echo no > \${{ vars.EFFECTS }}/no
      - { if: always(), run: 'echo "\${{ job.status }}" > \${{ vars.EFFECTS }}/always' }
  two:
    needs: one
    runs-on: ubuntu-latest
    steps: [{ run: 'echo no > \${{ vars.EFFECTS }}/no' }]
`;
  await using fixture = createRunFixture({ workflow });
  const execution = fixture.start();
  await expect
    .poll(() => existsSync(join(fixture.effects, 'started')), { timeout: 10_000 })
    .toBe(true);

  execution.cancel({ reason: 'a newer push', supersededBy: 'run_2' });
  const state = await execution.done;

  expect(state.conclusion).toBe('cancelled');
  expect(readFileSync(join(fixture.effects, 'always'), 'utf8')).toBe('cancelled\n');
  expect(existsSync(join(fixture.effects, 'no'))).toBe(false);
  expect(state.jobs.map(({ result }) => result)).toEqual(['cancelled', 'cancelled']);
});

test('a run with a broken workflow file is red and names every problem', async () => {
  await using fixture = createRunFixture({
    workflow: 'on: push\njobs:\n  a:\n    runs-on: x\n    stepps: []\n',
  });

  const { view } = await fixture.finish();

  expect(view).toMatchObject({ state: 'failed', jobs: [] });
  expect(view.failing).toEqual([
    {
      step: 'workflow file',
      where: '.github/workflows/ci.yml:5:5',
      lines: ["Unexpected value 'stepps'", "Did you mean 'steps'?"],
    },
  ]);
});
