import { expect, test } from 'vitest';
import { newRunState } from './run-machine.ts';
import { viewRun } from './run-view.ts';
import { cpuTimeOf } from './testing/cpu-time.ts';
import { planOf, pushOf } from './testing/run-fixture.ts';
import { simulate } from './testing/simulation.ts';

/** The shape of the workflow that golden paths ship: tests, and what only GitHub can do. */
const workflow = `
name: ci
on:
  push:
  pull_request:
permissions:
  contents: read
concurrency:
  group: ci-\${{ github.event_name }}-\${{ github.ref }}
  cancel-in-progress: \${{ github.ref != 'refs/heads/main' }}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v6
      - uses: actions/setup-node@v6
        with:
          node-version-file: package.json
      - run: npm test
  dependency-review:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v6
      - uses: actions/dependency-review-action@v5
  sbom:
    needs: test
    if: github.event_name == 'push' && github.ref == 'refs/heads/main'
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v6
      - uses: anchore/sbom-action@v0
  image:
    needs: test
    if: github.event_name == 'push' && github.ref == 'refs/heads/main'
    runs-on: ubuntu-24.04
    permissions: { contents: read, packages: write, id-token: write, attestations: write }
    steps:
      - uses: actions/checkout@v6
      - uses: docker/setup-buildx-action@v4
      - id: bases
        shell: bash
        run: |
          {
            echo 'contexts<<END'
            sed -n 's/^FROM //p' Dockerfile | sort -u | while read -r image; do
              digest=$(docker buildx imagetools inspect "$image" --format '{{json .Manifest}}' | jq -r .digest)
              echo "$image=docker-image://$image@$digest"
            done
            echo END
          } >> "$GITHUB_OUTPUT"
      - id: build
        uses: docker/build-push-action@v7
        with:
          build-contexts: \${{ steps.bases.outputs.contexts }}
      - uses: actions/attest-build-provenance@v4
        with:
          subject-digest: \${{ steps.build.outputs.digest }}
`;

test('a golden path’s workflow runs its tests here and names what GitHub alone can do', () => {
  const plan = planOf(workflow);
  const { state, started } = simulate({ plan });
  const view = viewRun(plan, state);

  expect(plan.problems).toEqual([]);
  expect(plan.workflows[0]?.concurrency).toEqual({
    group: 'ci-push-refs/heads/main',
    cancelInProgress: false,
  });
  expect(view.state).toBe('passed');
  expect(view.jobs.map(({ name, state: job }) => `${name}: ${job}`)).toEqual([
    'test: passed',
    'dependency-review: skipped',
    'sbom: unavailable',
    'image: unavailable',
  ]);
  expect(started.filter((id) => /-s\d+$/.test(id))).toEqual(['run_1-0-test-a1-s2']);
  expect(view.notes).toHaveLength(2);
  expect(view.notes[1]).toContain('docker/setup-buildx-action@v4');
});

test('on another branch it is superseded by a newer push, and publishes nothing', () => {
  const plan = planOf(workflow, { event: { ...pushOf('a'.repeat(40)), ref: 'refs/heads/fix' } });
  const { state } = simulate({ plan });

  expect(plan.workflows[0]?.concurrency?.cancelInProgress).toBe(true);
  expect(state.jobs.map(({ result }) => result)).toEqual([
    'success',
    'skipped',
    'skipped',
    'skipped',
  ]);
});

test('its plan and its whole course through the machine take a few milliseconds', () => {
  const times = Array.from({ length: 15 }, () =>
    cpuTimeOf(() => {
      const plan = planOf(workflow);
      simulate({ plan });
      viewRun(plan, newRunState(plan));
    }),
  );

  // Measured: 4 ms for these four jobs. The limit is for garbage collections and slower machines.
  expect(Math.min(...times)).toBeLessThan(30);
});
