import type { RunView } from '@pltf/contracts';
import { people, subjects } from './content.ts';
import { hour, minute, past } from './times.ts';
import { commitOf, newId } from './world.ts';

export function run(component: string, number: number, step: number): RunView {
  const failed = step === 1;
  const id = newId('run');
  return {
    id,
    component,
    number: number + 20,
    branch: failed ? 'fix-login-redirect' : 'main',
    commit: commitOf(number),
    subject: subjects[(number + component.length) % subjects.length] ?? '',
    by: people[number % people.length]?.[0] ?? 'ana',
    state: failed ? 'failed' : step === 5 ? 'cancelled' : 'passed',
    jobs: [
      {
        id: 'test',
        name: 'test',
        state: failed ? 'failed' : 'passed',
        durationMs: 2_310,
        steps: [
          {
            name: 'Check out',
            state: 'passed',
            durationMs: 120,
            note: 'local: from the bare repository',
          },
          {
            name: 'Set up Node 20',
            state: 'passed',
            durationMs: 14,
            note: 'local: the Node of this machine, 20.20',
          },
          { name: 'npm ci', state: 'passed', durationMs: 910 },
          { name: 'npm test', state: failed ? 'failed' : 'passed', durationMs: 1_266 },
        ],
      },
      {
        id: 'dependency-review',
        name: 'dependency review',
        state: 'unavailable',
        note: 'actions/dependency-review-action asks GitHub; it runs there.',
        steps: [],
      },
      {
        id: 'image',
        name: 'image',
        state: failed ? 'skipped' : 'unavailable',
        note: 'No container builder on this machine; the release is made from the workspace.',
        steps: [{ name: 'Build', state: failed ? 'skipped' : 'unavailable' }],
      },
    ],
    notes: ['dependency review runs on GitHub only'],
    failing: failed
      ? [
          {
            step: 'npm test',
            where: 'test/redirect.test.js:41:9',
            lines: [
              '✖ keeps the query of the address one wanted (3.1 ms)',
              '  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:',
              "  + '/account'",
              "  - '/account?tab=keys'",
              '    at TestContext.<anonymous> (test/redirect.test.js:41:9)',
            ],
          },
        ]
      : [],
    ...(failed || step === 5 ? {} : { release: number }),
    createdAt: past(step * 5 * hour + 14 * minute),
    startedAt: past(step * 5 * hour + 14 * minute - 400),
    finishedAt: past(step * 5 * hour + 14 * minute - 2_900),
  };
}
