import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunState } from './run-state.ts';
import { createRunFixture, type RunFixture } from './testing/run-fixture.ts';

const effect = (name: string) => `echo ${name} >> "$OUT"`;

/** One of everything that leaves a trace: each script writes its own line to `$OUT`. */
const workflow = `
name: Everything
on: push
env: { OUT: "\${{ vars.EFFECTS }}/out" }
jobs:
  first:
    runs-on: ubuntu-latest
    outputs: { list: "\${{ steps.list.outputs.list }}" }
    steps:
      - uses: actions/checkout@v4
      - { uses: actions/cache@v4, with: { path: kept, key: "key-\${{ hashFiles('README.md') }}" } }
      - { uses: ./act, id: act, with: { word: "\${{ github.actor }}" } }
      - id: list
        run: |
          ${effect('first-list')}
          mkdir -p kept && echo '["x","y"]' > kept/list
          echo "list=$(cat kept/list)" >> "$GITHUB_OUTPUT"
          echo "LATER=\${{ steps.act.outputs.said }}" >> "$GITHUB_ENV"
      - { run: 'echo "first-$LATER" >> "$OUT"' }
      - { uses: actions/upload-artifact@v4, with: { name: kept, path: kept } }
  bad:
    runs-on: ubuntu-latest
    continue-on-error: true
    steps:
      - { run: '${effect('bad')}; exit 4' }
      - { if: failure(), run: '${effect('bad-after')}' }
  legs:
    needs: [first, bad]
    runs-on: ubuntu-latest
    strategy: { matrix: { n: "\${{ fromJSON(needs.first.outputs.list) }}" } }
    steps:
      - { uses: actions/download-artifact@v4, with: { name: kept } }
      - { run: 'echo "leg-\${{ matrix.n }}-$(cat list)" >> "$OUT"' }
  last:
    needs: legs
    if: always()
    runs-on: ubuntu-latest
    steps: [{ run: 'echo "last-\${{ needs.legs.result }}" >> "$OUT"' }]
`;
const action = `
inputs: { word: { required: true } }
outputs: { said: { value: "\${{ steps.say.outputs.said }}" } }
runs:
  using: composite
  steps:
    - { id: say, shell: bash, run: 'echo "act-\${{ inputs.word }}" >> "$OUT"; echo "said=\${{ inputs.word }}" >> "$GITHUB_OUTPUT"' }
`;
const expected = [
  'act-ada',
  'bad',
  'bad-after',
  'first-ada',
  'first-list',
  'last-success',
  'leg-x-["x","y"]',
  'leg-y-["x","y"]',
];

const fixtureOf = () => createRunFixture({ workflow, files: { 'act/action.yml': action } });

const effectsOf = (fixture: RunFixture) =>
  readFileSync(join(fixture.effects, 'out'), 'utf8').split('\n').slice(0, -1).toSorted();

/** A state without what differs between any two runs: times and folders. */
const comparable = (state: RunState): unknown =>
  JSON.parse(
    JSON.stringify(state, (key, value: unknown) =>
      /^(?:startedAt|finishedAt|places|deadline)$/.test(key) ? undefined : value,
    ).replaceAll(/pltf-run-\w+/g, 'base'),
  );

const repeated = (fixture: RunFixture) =>
  [...fixture.runner.starts].filter(([, times]) => times !== 1);

async function reference() {
  await using fixture = fixtureOf();
  const { state } = await fixture.finish();
  expect(fixture.plan.problems).toEqual([]);
  expect(effectsOf(fixture)).toEqual(expected);
  return { state: comparable(state), saves: fixture.store.saved.length };
}

test('a run that dies before any write, and again after the next, ends as if nothing had happened', async () => {
  const { state, saves } = await reference();
  expect(saves).toBeGreaterThan(15);
  let deaths = 0;

  for (let save = 1; save <= saves; save += 1) {
    await using fixture = fixtureOf();
    fixture.store.beforeSave = (number) => {
      if (number === save) throw new Error('the database has gone');
    };
    await fixture.start().done.catch(() => (deaths += 1));
    const life = new AbortController();
    const second = fixture.start({
      signal: life.signal,
      onState: () => life.abort(new Error('killed')),
    });
    await second.done.catch(() => (deaths += 1));
    const { state: resumed } = await fixture.finish();

    expect(comparable(resumed), `save ${save}`).toEqual(state);
    expect(effectsOf(fixture), `save ${save}`).toEqual(expected);
    expect(repeated(fixture), `save ${save}`).toEqual([]);
  }
  // How many writes a run takes differs a little, because events that come together are one write.
  expect(deaths).toBeGreaterThan(saves);
}, 180_000);

test('a run whose every life lasts one write ends the same', async () => {
  const { state } = await reference();
  await using fixture = fixtureOf();
  let lives = 0;

  for (let finished = false; !finished; ) {
    lives += 1;
    const life = new AbortController();
    const before = fixture.store.saved.length;
    const { done } = fixture.start({
      signal: life.signal,
      onState: () => {
        if (fixture.store.saved.length > before) life.abort(new Error('killed'));
      },
    });
    finished = await done.then(
      () => true,
      () => false,
    );
  }

  expect(lives).toBeGreaterThan(15);
  expect(comparable(fixture.store.saved.at(-1) as RunState)).toEqual(state);
  expect(effectsOf(fixture)).toEqual(expected);
  expect(repeated(fixture)).toEqual([]);
}, 60_000);

test('two executions of one run do nothing twice: the one that comes late gives way', async () => {
  await using fixture = fixtureOf();

  const ends = await Promise.allSettled([fixture.start().done, fixture.start().done]);
  await fixture.finish();

  expect(
    ends
      .filter(({ status }) => status === 'rejected')
      .map((end) => 'reason' in end && String(end.reason)),
  ).toEqual([expect.stringContaining('conflict')]);
  expect(effectsOf(fixture)).toEqual(expected);
  expect(repeated(fixture)).toEqual([]);
}, 30_000);

test('a cancelled run that dies while it is being cancelled is cancelled after all', async () => {
  const slow = `
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - { run: 'echo start >> \${{ vars.EFFECTS }}/out; sleep 30' }
      - { if: always(), run: 'echo clean >> \${{ vars.EFFECTS }}/out' }
`;
  await using fixture = createRunFixture({ workflow: slow });
  const life = new AbortController();
  const execution = fixture.start({
    signal: life.signal,
    onState: (_plan, state) => {
      if (state.cancels.length > 0) life.abort(new Error('killed'));
    },
  });
  await expect.poll(() => [...fixture.runner.starts.keys()].length, { timeout: 10_000 }).toBe(1);
  await expect.poll(() => effectsOf(fixture), { timeout: 10_000 }).toEqual(['start']);
  execution.cancel({ reason: 'asked' });
  await expect(execution.done).rejects.toThrow('killed');

  const { state } = await fixture.finish();

  expect(state.conclusion).toBe('cancelled');
  expect(effectsOf(fixture)).toEqual(['clean', 'start']);
}, 30_000);
