import { expect, test } from 'vitest';
import { type PlanRequest, planRun } from './planning.ts';
import { RunPlan } from './run-plan.ts';
import { planOf, pushOf, workflowPath } from './testing/run-fixture.ts';
import { workflowInvalid } from './workflow-problems.ts';

const oneJob = 'jobs: { a: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }\n';

/** The plan of a push to this ref, for a workflow with these triggers. */
const triggered = (on: string, ref: string, change: Partial<PlanRequest> = {}) => {
  const plan = planOf(`on: ${on}\n${oneJob}`, {
    event: { ...pushOf('a'.repeat(40)), ref },
    ...change,
  });
  expect(plan.problems).toEqual([]);
  return plan.jobs.length === 1;
};

test.each([
  ['push', 'refs/heads/main', true],
  ['push', 'refs/tags/v1', true],
  ['[push, pull_request]', 'refs/heads/x', true],
  ['pull_request', 'refs/heads/main', false],
  ['workflow_dispatch', 'refs/heads/main', false],
  ['{ schedule: [{ cron: "0 3 * * *" }] }', 'refs/heads/main', false],
  ['{ push: { branches: [main] } }', 'refs/heads/main', true],
  ['{ push: { branches: main } }', 'refs/heads/main', true],
  ['{ push: { branches: [main] } }', 'refs/heads/maintenance', false],
  ['{ push: { branches: [main] } }', 'refs/tags/main', false],
  ['{ push: { branches: ["releases/**"] } }', 'refs/heads/releases/1/2', true],
  ['{ push: { branches: ["releases/*"] } }', 'refs/heads/releases/1/2', false],
  ['{ push: { branches: ["**", "!drafts/**"] } }', 'refs/heads/drafts/a', false],
  ['{ push: { branches: ["**", "!drafts/**", "drafts/keep"] } }', 'refs/heads/drafts/keep', true],
  ['{ push: { branches-ignore: [main] } }', 'refs/heads/main', false],
  ['{ push: { branches-ignore: [main] } }', 'refs/heads/other', true],
  ['{ push: { branches-ignore: [main] } }', 'refs/tags/v1', false],
  ['{ push: { tags: ["v[0-9]+.*"] } }', 'refs/tags/v12.3', true],
  ['{ push: { tags: ["v[0-9]+.*"] } }', 'refs/tags/vx.3', false],
  ['{ push: { tags: ["v*"] } }', 'refs/heads/v1', false],
  ['{ push: { tags: ["v*"], branches: [main] } }', 'refs/heads/main', true],
  ['{ push: { tags-ignore: ["v*"] } }', 'refs/tags/w1', true],
])('on: %s and a push of %s starts the workflow: %s', (on, ref, starts) => {
  expect(triggered(on, ref)).toBe(starts);
});

test.each([
  ['{ paths: ["src/**"] }', ['src/a/b.js'], true],
  ['{ paths: ["src/**"] }', ['docs/a.md'], false],
  ['{ paths: ["**.md", "!docs/**"] }', ['docs/a.md'], false],
  ['{ paths: ["**.md", "!docs/**"] }', ['docs/a.md', 'a.md'], true],
  ['{ paths-ignore: ["docs/**"] }', ['docs/a.md'], false],
  ['{ paths-ignore: ["docs/**"] }', ['docs/a.md', 'x'], true],
  ['{ paths-ignore: ["docs/**"] }', [], true],
  ['{ paths: ["src/**"] }', undefined, true],
  ['{ branches: [other], paths: ["src/**"] }', ['src/a'], false],
])('on: push: %s and changed files %j starts the workflow: %s', (push, changedPaths, starts) => {
  const change = changedPaths === undefined ? {} : { changedPaths };
  expect(triggered(`{ push: ${push} }`, 'refs/heads/main', change)).toBe(starts);
});

test('a workflow that is not started says why', () => {
  const reasons = [
    planOf(`on: [pull_request, schedule]\n${oneJob}`.replace('schedule', 'release')),
    planOf(`on: { push: { branches: [x] } }\n${oneJob}`),
    planOf(`on: push\n${oneJob}`, { event: { ...pushOf('0'.repeat(40)) } }),
    planOf(`on: push\n${oneJob}`, {
      event: {
        ...pushOf('a'.repeat(40)),
        headCommit: { message: 'Docs [skip ci]', timestamp: '', author: { name: '', email: '' } },
      },
    }),
  ].map(({ notStarted }) => notStarted[0]?.reason);

  expect(reasons).toEqual([
    'it runs on pull_request, release, not on a push',
    'its filter does not name branch main',
    'the push removed the branch',
    'the commit message asks to skip it',
  ]);
});

test('all problems of all files come at once, each at its place, with what to do', () => {
  const plan = planRun({
    workflows: [
      {
        path: '.github/workflows/a.yml',
        text: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    needs: [deploy, nothing]
    steps:
      - run: |
          echo one
            echo \${{ githb.sha }} \${{ secrets.X }}
      - uses: ./actions/absent
      - run: echo
        shell: fish
        workng-directory: x
  deploy:
    needs: build
    runs-on: ubuntu-latest
    timeout-minutes: soon
    steps:
      - name: neither
      - { run: a, id: one }
      - { run: b, id: one }
`,
      },
      { path: '.github/workflows/b.yml', text: 'on: push\njobs: [\n' },
      { path: '.github/workflows/c.yml', text: `on: push\n${oneJob}` },
    ],
    event: pushOf('a'.repeat(40)),
    run: { id: 'run_1', number: 1, attempt: 1 },
    capabilities: { arch: 'X64', node: '20.20.1' },
  });

  expect(
    plan.problems.map(
      ({ file, line, column, message, fix }) =>
        `${file.slice(-5)}:${line}:${column} ${message}${fix === undefined ? '' : ` — ${fix}`}`,
    ),
  ).toEqual([
    'a.yml:5:13 These jobs wait for each other: build → deploy → build',
    "a.yml:5:21 Job 'build' needs 'nothing', and there is no such job",
    "a.yml:9:18 Unrecognized named-value: 'githb'",
    "a.yml:13:9 Unexpected value 'workng-directory' — Did you mean 'working-directory'?",
    "a.yml:17:22 Unexpected value 'soon'",
    "a.yml:19:9 There's not enough info to determine what you meant. Add one of these properties: run, shell, uses, with, working-directory",
    "a.yml:21:23 The identifier 'one' may not be used more than once within the same scope.",
    'b.yml:3:1 Flow sequence in block collection must be sufficiently indented and end with a ]',
  ]);
  expect(plan.jobs.map(({ id }) => id)).toEqual(['a']);
  const error = workflowInvalid(plan.problems);
  expect(error.code).toBe('workflow-invalid');
  expect(error.errors[3]).toEqual({
    where: '.github/workflows/a.yml:13:9',
    message: "Unexpected value 'workng-directory'",
    fix: "Did you mean 'working-directory'?",
  });
});

test('problems that planning finds stand at their places too', () => {
  const plan = planOf(
    `on: push
concurrency: \${{ fromJSON('{') }}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: ./actions/absent
      - { run: echo, shell: fish }
      - uses: ./actions/broken
`,
    {
      actions: [
        {
          path: 'actions/broken/action.yml',
          text: 'runs:\n  using: composite\n  steps:\n    - {}\n',
        },
      ],
    },
  );

  expect(plan.problems.map(({ file, line, column }) => `${file}:${line}:${column}`)).toEqual([
    `${workflowPath}:2:14`,
    `${workflowPath}:7:15`,
    `${workflowPath}:8:29`,
    'actions/broken/action.yml:4:7',
  ]);
});

test('a plan is plain JSON: it survives a database', () => {
  const plan = planOf(`
on: push
run-name: Build \${{ github.ref_name }} by \${{ github.actor }}
concurrency: { group: "\${{ github.workflow }}-\${{ github.ref }}", cancel-in-progress: true }
env: { A: "x\${{ github.sha }}" }
jobs:
  a:
    strategy: { matrix: { n: [1, { x: y }], include: "\${{ fromJSON('[]') }}" } }
    runs-on: ubuntu-latest
    steps: [{ uses: actions/cache@v4, with: { key: k, path: p } }, { run: echo }]
`);

  expect(plan.problems).toEqual([]);
  expect(RunPlan.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  expect(plan.workflows[0]).toMatchObject({
    name: workflowPath,
    runName: 'Build main by ada',
    concurrency: { group: `${workflowPath}-refs/heads/main`, cancelInProgress: true },
  });
  expect(plan.jobs[0]?.steps.map(({ name }) => name)).toEqual([
    'Run actions/cache@v4',
    'Run echo',
    'Post Run actions/cache@v4',
  ]);
});

test.each([
  ['actions/checkout@v4', 'checkout'],
  ['Actions/Checkout@abc123', 'checkout'],
  ['actions/setup-node@v4', 'setup'],
  ['actions/setup-python@v5', 'setup'],
  ['actions/cache/restore@v4', 'cache'],
  ['actions/upload-artifact@v4', 'artifact'],
  ['actions/download-artifact@v4', 'artifact'],
  ['actions/setup-go@v5', 'unavailable'],
  ['docker://alpine:3', 'unavailable'],
  ['docker/build-push-action@v6', 'unavailable'],
  ['octo/action/sub/path@v1', 'unavailable'],
  ['nonsense', 'unavailable'],
])('uses: %s is planned as %s', (uses, kind) => {
  const plan = planOf(
    `on: push\njobs: { a: { runs-on: x, steps: [{ run: "true" }, { uses: "${uses}" }] } }`,
  );

  expect(plan.problems).toEqual([]);
  expect(plan.jobs[0]?.steps[1]?.action.kind).toBe(kind);
});

test.each([
  ['container: node:20', 'it runs in a container image, and that needs Docker'],
  ['services: { db: { image: x } }', 'it starts service containers, and that needs Docker'],
  ['runs-on: macos-latest', 'it asks for macos-latest, and this platform runs Linux'],
  ['runs-on: [self-hosted, windows]', 'it asks for windows, and this platform runs Linux'],
  ['runs-on: { labels: windows-2022 }', 'it asks for windows-2022, and this platform runs Linux'],
])('a job with %s cannot run here', (line, reason) => {
  const runsOn = line.startsWith('runs-on') ? line : `runs-on: ubuntu-latest\n    ${line}`;
  const plan = planOf(`on: push\njobs:\n  a:\n    ${runsOn}\n    steps: [{ run: "true" }]\n`);

  expect(plan.problems).toEqual([]);
  expect(plan.jobs[0]?.unavailable).toEqual({
    reason,
    where: 'on GitHub Actions, from the same file',
  });
});

test('a job that needs a tool that is not here cannot run here, and neither can a called workflow', () => {
  const plan = planOf(
    `on: push
jobs:
  py: { runs-on: ubuntu-latest, steps: [{ uses: actions/setup-python@v5 }, { run: python -m pytest }] }
  called: { uses: ./.github/workflows/other.yml }
  shell: { runs-on: ubuntu-latest, steps: [{ run: ls, shell: pwsh }] }
`,
    { capabilities: { arch: 'X64', node: '20.20.1' } },
  );

  expect(plan.jobs.map(({ unavailable }) => unavailable?.reason)).toEqual([
    'no Python is installed on this platform',
    'it calls the workflow ./.github/workflows/other.yml, and called workflows are not run here',
    'run: the shell pwsh is not installed',
  ]);
});

test.each([
  ['20', []],
  ['20.x', []],
  ['v20.20', []],
  ['"20.20.1"', []],
  ['18', ['asked for Node.js 18; Node.js 20.20.1 of this platform is used']],
  ['2', ['asked for Node.js 2; Node.js 20.20.1 of this platform is used']],
  ['lts/*', ['asked for Node.js lts/*; Node.js 20.20.1 of this platform is used']],
])('setup-node with node-version: %s notes %j', (version, notes) => {
  const plan = planOf(
    `on: push\njobs: { a: { runs-on: x, steps: [{ uses: actions/setup-node@v4, with: { node-version: ${version} } }] } }`,
  );

  expect(plan.jobs[0]?.steps[0]?.notes).toEqual(notes);
});

test('composite actions may use each other, but not without end', () => {
  const action = (uses: string) =>
    `runs: { using: composite, steps: [{ uses: ${uses} }, { uses: ${uses} }] }`;
  const workflow = 'on: push\njobs: { a: { runs-on: x, steps: [{ uses: ./a }] } }';
  const deep = planOf(workflow, { actions: [{ path: 'a/action.yml', text: action('./a') }] });
  const escaping = planOf(workflow.replace('./a ', './../../etc '));

  expect(
    deep.problems.some(({ message }) => message === 'Composite actions are nested too deeply'),
  ).toBe(true);
  expect(escaping.problems[0]?.message).toBe('This commit has no action.yml in ./../../etc');
});
