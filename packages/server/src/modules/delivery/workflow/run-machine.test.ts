import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, newRunState, resume } from './run-machine.ts';
import type { RunEvent } from './run-operations.ts';
import type { RunState } from './run-state.ts';
import { viewRun } from './run-view.ts';
import { planOf } from './testing/run-fixture.ts';
import { simulate } from './testing/simulation.ts';

const inputs = { secrets: {}, vars: {} };
const results = (state: RunState) => state.jobs.map(({ result }) => result);
const job = (name: string, more = '', steps = '[{ run: "true" }]') =>
  `  ${name}: { runs-on: x, ${more} steps: ${steps} }\n`;
const planJobs = (...jobs: string[]) => planOf(`on: push\njobs:\n${jobs.join('')}`);

describe('a transition', () => {
  const plan = planJobs(job('a'));

  test('changes neither the state it is given nor anything on a second look', () => {
    const before = newRunState(plan);
    const copy = structuredClone(before);

    const first = advance(plan, before, { type: 'begin', at: 5 }, inputs);
    const second = advance(plan, before, { type: 'begin', at: 5 }, inputs);

    expect(before).toEqual(copy);
    expect(second).toEqual(first);
    expect(resume(plan, first.state, inputs)).toEqual(first.operations);
  });

  test('ignores what it does not wait for: a second end, another step, a second begin', () => {
    const { state, operations } = advance(
      plan,
      newRunState(plan),
      { type: 'begin', at: 5 },
      inputs,
    );
    const [prepare] = operations;
    const step = { job: '0-a', leg: '0-a', step: 0 };
    const places = { root: '/w', temporary: '/t', home: '/h', path: '/bin' };
    const strange: RunEvent[] = [
      { type: 'begin', at: 6 },
      { type: 'finished', at: 6, step: { ...step, step: 3 }, result: { kind: 'prepare', places } },
      { type: 'finished', at: 6, step: { ...step, leg: 'x' }, result: { kind: 'prepare', places } },
      { type: 'finished', at: 6, step, result: { kind: 'cache-save' } },
      { type: 'workspace-removed', at: 6, leg: 'x' },
      { type: 'time', at: 6 },
    ];

    for (const event of strange) expect(advance(plan, state, event, inputs).state).toEqual(state);
    expect(prepare).toMatchObject({ kind: 'prepare', id: 'run_1-0-a-a1-s0-prepare' });
  });
});

describe('ids', () => {
  test('are the same for the same run, job, attempt and step, and differ for others', () => {
    const matrix = job('m', 'strategy: { matrix: { n: [1, 2] } },', '[{ run: "a" }, { run: "b" }]');
    const first = simulate({ plan: planJobs(matrix, job('a')) });
    const again = simulate({ plan: planJobs(matrix, job('a')) });
    const attempt = simulate({
      plan: planOf(`on: push\njobs:\n${job('a')}`, { run: { id: 'run_1', number: 7, attempt: 2 } }),
    });

    expect(again.started).toEqual(first.started);
    expect(first.started.filter((id) => /-s\d+$/.test(id)).toSorted()).toEqual([
      'run_1-0-m.0-a1-s0',
      'run_1-0-m.0-a1-s1',
      'run_1-0-m.1-a1-s0',
      'run_1-0-m.1-a1-s1',
      'run_1-1-a-a1-s0',
    ]);
    expect(attempt.started).toContain('run_1-0-a-a2-s0');
  });

  test('fit the agent’s form also for the longest names', () => {
    const long = `x${'y'.repeat(98)}`;
    const plan = planOf(`on: push\njobs:\n${job(long, 'strategy: { matrix: { n: [1] } },')}`, {
      run: { id: 'run_0123456789abcdefghjkmnpqrs', number: 1, attempt: 1 },
    });

    for (const id of simulate({ plan }).started)
      expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,149}$/);
  });
});

describe('cancelling', () => {
  const cancel = (at: number, more = {}): RunEvent => ({
    type: 'cancel',
    at,
    reason: 'asked',
    ...more,
  });

  test('before the beginning ends the run at once', () => {
    const { state } = advance(
      planJobs(job('a')),
      newRunState(planJobs(job('a'))),
      cancel(1),
      inputs,
    );

    expect(state).toMatchObject({ status: 'finished', conclusion: 'cancelled' });
  });

  test('lets jobs and steps go on whose condition holds for cancelled runs', () => {
    const plan = planJobs(
      job('plain'),
      job('stubborn', 'if: always(),'),
      job('after', 'needs: [plain, stubborn], if: cancelled(),'),
      job('never', 'needs: [plain],'),
    );
    const { state } = simulate({ plan, task: () => ({ afterMs: 100 }), events: [cancel(50)] });

    expect(results(state)).toEqual(['cancelled', 'success', 'success', 'cancelled']);
    expect(state.conclusion).toBe('cancelled');
  });

  test('does not stop the step that cleans up', () => {
    const plan = planJobs(
      job('a', '', '[{ run: first }, { run: clean, if: always() }, { run: last }]'),
    );
    const { state } = simulate({ plan, task: () => ({ afterMs: 100 }), events: [cancel(150)] });

    expect(state.jobs[0]?.legs[0]?.steps.map(({ outcome }) => outcome)).toEqual([
      'success',
      'success',
      'skipped',
    ]);
    expect(results(state)).toEqual(['cancelled']);
  });

  test('of one workflow leaves the others alone', () => {
    const one = `on: push\njobs:\n${job('a')}`;
    const plan = planOf(one, {
      workflows: [
        { path: 'a.yml', text: one },
        { path: 'b.yml', text: one },
      ],
    });
    const { state } = simulate({
      plan,
      task: () => ({ afterMs: 100 }),
      events: [cancel(50, { workflows: [1] })],
    });

    expect(results(state)).toEqual(['success', 'cancelled']);
  });

  test('by a newer run is shown as superseded', () => {
    const plan = planJobs(job('a'));
    const { state } = simulate({
      plan,
      task: () => undefined,
      events: [cancel(50, { supersededBy: 'run_2' })],
    });

    expect(viewRun(plan, state)).toMatchObject({
      state: 'superseded',
      jobs: [{ state: 'cancelled', note: 'asked' }],
    });
  });
});

describe('order', () => {
  test('jobs keep to the limit of the run, of their matrix and of their group', () => {
    const five = 'strategy: { matrix: { n: [1, 2, 3, 4, 5] } },';
    const most = (text: string, parallelJobs: number) =>
      simulate({ plan: planOf(`on: push\njobs:\n${text}`, { limits: { parallelJobs } }) })
        .mostTasks;

    expect(most(job('a', five), 3)).toBe(3);
    expect(most(job('a', five.replace('matrix', 'max-parallel: 2, matrix')), 5)).toBe(2);
    expect(most(job('a', `${five} concurrency: same,`), 5)).toBe(1);
    expect(most(job('a', five) + job('b'), 10)).toBe(6);
  });

  test('a place that becomes free is taken at once, also by a job that stands earlier', () => {
    const plan = planOf(
      `on: push\njobs:\n${job('a', 'strategy: { matrix: { n: [1, 2, 3] } },')}${job('b')}`,
      {
        limits: { parallelJobs: 2 },
      },
    );
    const { state } = simulate({
      plan,
      task: (_script, id) => ({ afterMs: id.includes('-b-') ? 5 : 100 }),
    });

    expect(state.conclusion).toBe('success');
    expect(state.finishedAt).toBeLessThan(250);
  });
});

describe('time', () => {
  test('a job over its time is cancelled, its last steps run, and the run is red', () => {
    const plan = planJobs(
      job('a', 'timeout-minutes: 1,', '[{ run: slow }, { run: no }, { run: clean, if: always() }]'),
      job('b', 'needs: a,'),
    );
    const { state } = simulate({
      plan,
      task: (script) => ({ afterMs: script === 'slow' ? 1e9 : 10 }),
    });

    expect(state.jobs[0]?.legs[0]?.steps.map(({ outcome }) => outcome)).toEqual([
      'cancelled',
      'skipped',
      'success',
    ]);
    expect(state).toMatchObject({
      conclusion: 'failure',
      jobs: [{ result: 'cancelled' }, { result: 'skipped' }],
    });
    expect(state.finishedAt).toBeLessThan(61_000);
  });

  test('a step over its own time fails, and says so', () => {
    const plan = planJobs(
      job('a', '', '[{ run: slow, timeout-minutes: 2 }, { run: b, if: failure() }]'),
    );
    const { state } = simulate({
      plan,
      task: (script) => ({ afterMs: script === 'slow' ? 1e9 : 10 }),
    });

    expect(state.jobs[0]?.legs[0]?.steps.map(({ outcome }) => outcome)).toEqual([
      'failure',
      'success',
    ]);
    expect(state.jobs[0]?.legs[0]?.steps[0]?.notes.join()).toContain('its time limit');
  });

  test('a job whose cancelled step never ends is ended for good after its grace', () => {
    const plan = planJobs(
      job(
        'a',
        'timeout-minutes: 1, cancel-timeout-minutes: 2,',
        '[{ run: x }, { run: hangs, if: always() }]',
      ),
    );
    const { state } = simulate({
      plan,
      task: (script) => (script === 'hangs' ? undefined : { afterMs: 1e9 }),
    });

    expect(state.status).toBe('finished');
    expect(state.jobs[0]?.legs[0]?.steps.map(({ outcome }) => outcome)).toEqual([
      'cancelled',
      'cancelled',
    ]);
    expect(state.finishedAt).toBeLessThan(61_000 + 121_000);
  });
});

test('a secret that was removed while its step ran fails the step and not the platform', () => {
  const plan = planJobs(job('a', '', '[{ run: "echo ${{ fromJSON(secrets.KEY).x }}" }]'));
  const secrets = { KEY: '{"x":1}' };
  const begun = advance(plan, newRunState(plan), { type: 'begin', at: 0 }, { secrets, vars: {} });
  const places = { root: '/w', temporary: '/t', home: '/h', path: '/bin' };
  const step = { job: '0-a', leg: '0-a', step: 0 };
  const { state } = advance(
    plan,
    begun.state,
    { type: 'finished', at: 1, step, result: { kind: 'prepare', places } },
    { secrets, vars: {} },
  );

  const operations = resume(plan, state, inputs);

  expect(operations).toMatchObject([{ kind: 'refuse', of: 'run', at: step }]);
});

test('any graph of jobs ends: in the order of needs, within the limit, nothing twice', () => {
  const conditions = [
    '',
    'if: always(),',
    'if: failure(),',
    'if: "!cancelled()",',
    'if: cancelled(),',
    'continue-on-error: true,',
  ];
  const node = fc.record({
    needs: fc.array(fc.nat(7), { maxLength: 3 }),
    condition: fc.constantFrom(...conditions),
    legs: fc.integer({ min: 0, max: 3 }),
    exits: fc.array(fc.constantFrom(0, 0, 1), { minLength: 3, maxLength: 3 }),
    lasts: fc.nat(50),
  });
  const cancelAt = fc.option(fc.nat(200), { nil: undefined });

  fc.assert(
    fc.property(
      fc.array(node, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 4 }),
      cancelAt,
      (nodes, parallelJobs, at) => {
        const text = nodes.map(({ needs, condition, legs }, index) => {
          const earlier = [...new Set(needs.filter((need) => need < index))].map(
            (need) => `j${need}`,
          );
          const matrix =
            legs === 0 ? '' : `strategy: { matrix: { n: [${[1, 2, 3].slice(0, legs).join()}] } },`;
          return job(
            `j${index}`,
            `needs: [${earlier.join()}], ${condition} ${matrix}`,
            `[{ run: "${index}" }, { run: "${index}", if: always() }]`,
          );
        });
        const plan = planOf(`on: push\njobs:\n${text.join('')}`, { limits: { parallelJobs } });
        const count = new Map<string, number>();
        const { state, mostTasks, started } = simulate({
          plan,
          events: at === undefined ? [] : [{ type: 'cancel', at, reason: 'asked' }],
          task: (script, id) => {
            count.set(id, (count.get(id) ?? 0) + 1);
            const { exits, lasts } = nodes[Number(script)] ?? { exits: [0], lasts: 1 };
            return { exitCode: exits[numberOf(id) % exits.length] ?? 0, afterMs: lasts };
          },
        });

        expect(plan.problems).toEqual([]);
        expect(state.status).toBe('finished');
        expect(mostTasks).toBeLessThanOrEqual(parallelJobs);
        expect([...count.values()].every((times) => times === 1)).toBe(true);
        expect(new Set(started).size).toBe(started.length);
        for (const [index, { legs }] of state.jobs.entries()) {
          const needed = state.jobs
            .filter(({ key }) => plan.jobs[index]?.needs.includes(key))
            .flatMap((other) => other.legs);
          for (const leg of legs) {
            for (const other of needed)
              expect(leg.startedAt ?? Infinity).toBeGreaterThanOrEqual(other.finishedAt ?? 0);
            expect(leg.workspace.removed).toBe(true);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** A number that an id always has. */
const numberOf = (id: string): number =>
  [...id].reduce((sum, character) => sum + character.charCodeAt(0), 0);
