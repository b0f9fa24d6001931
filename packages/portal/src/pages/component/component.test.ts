import type { ComponentDetail, PlacementView, ReleaseView, RolloutView } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import { shellSigns, splitCommand } from './command-line.ts';
import { lanesOf, previousRelease, whatGoes } from './lanes.ts';
import { markOf, rolloutEnd, rolloutSentence, stagesOf } from './rollout-stages.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const placement = (id: string, changes: Partial<PlacementView> = {}): PlacementView => ({
  id,
  component: 'users-api',
  environment: id.split('.')[1] ?? '',
  phase: 'running',
  desired: { release: 7, instances: 1, state: 'running', size: 'small' },
  serving: { number: 7, commit },
  warm: [],
  instances: [],
  leftovers: [],
  ...{ notes: [], drift: [], runtime: 'agent', movingFrom: [] },
  ...changes,
});
const release = (number: number, kept = true) => ({ number, kept }) as ReleaseView;
const at = (number: number) => ({ serving: { number, commit } });

describe('lanes', () => {
  const component = {
    placements: [
      placement('users-api.prod', at(6)),
      placement('users-api-zoo.preview', { branch: 'zoo' }),
      placement('users-api.staging', at(7)),
      placement('users-api.preview', { branch: 'main' }),
      placement('users-api-fix.preview', { branch: 'fix' }),
    ],
    repository: { cloneUrl: '', defaultBranch: 'main', branches: [] },
  };

  it('know the default branch also when a placement does not name it', () => {
    const placements = [
      placement('users-api-aaa.preview', { branch: 'aaa' }),
      placement('users-api.preview'),
    ];

    expect(lanesOf({ ...component, placements })[0]?.placements.map(({ id }) => id)).toEqual([
      'users-api.preview',
      'users-api-aaa.preview',
    ]);
  });

  it('go from preview to prod, the default branch before the others', () => {
    const lanes = lanesOf(component);

    expect(lanes.map(({ environment }) => environment)).toEqual(['preview', 'staging', 'prod']);
    expect(lanes[0]?.placements.map(({ branch }) => branch)).toEqual(['main', 'fix', 'zoo']);
  });

  it('offer to promote what the next one does not have yet', () => {
    expect(lanesOf(component)[1]?.next).toEqual({ to: 'prod', release: 7, not: undefined });
    expect(lanesOf(component)[0]?.next).toBeUndefined();
    expect(lanesOf(component)[2]?.next).toBeUndefined();
  });

  it('offer nothing when the next one has it, or is on its way to it', () => {
    const same = [placement('users-api.staging', at(7)), placement('users-api.prod', at(7))];
    expect(lanesOf({ placements: same })[0]?.next?.not).toBe('prod has this release.');

    const rolling = { rollout: { state: 'running', to: 7 } as RolloutView, ...at(6) };
    const soon = [placement('users-api.staging', at(7)), placement('users-api.prod', rolling)];
    expect(lanesOf({ placements: soon })[0]?.next?.not).toBe('prod has this release.');
  });

  it('offer what was committed where nobody reports, and do not say that it serves', () => {
    const rollout = { state: 'done', step: 'committed', to: 7 } as RolloutView;
    const { serving: _, ...staging } = placement('users-api.staging', { rollout });
    const unreported = [staging, placement('users-api.prod', at(6))];

    expect(lanesOf({ placements: unreported })[0]?.next?.release).toBe(7);
    expect(rolloutEnd(rollout)).toBe('Committed');
    expect(markOf(rollout)).not.toBe('done');
  });

  it('are there before anything is placed, when the thin file names them', () => {
    const spec = { environments: ['staging', 'prod'] } as ComponentDetail['spec'];

    const lanes = lanesOf({ placements: [], ...(spec === undefined ? {} : { spec }) });

    expect(lanes.map(({ environment }) => environment)).toEqual(['preview', 'staging', 'prod']);
    expect(lanes[1]?.next?.not).toBe('Nothing serves here yet.');
  });
});

describe('the way back', () => {
  it('is the warm release, which is there at once', () => {
    const prod = placement('a.prod', { ...at(7), warm: [5] });
    expect(previousRelease(prod, [release(6), release(5)])).toEqual({ number: 5, warm: true });
  });

  it('is else the last kept one below, and nothing for the first release', () => {
    const prod = placement('a.prod', at(7));
    expect(previousRelease(prod, [release(8), release(6, false), release(5)])).toEqual({
      number: 5,
      warm: false,
    });
    expect(previousRelease(prod, [release(7)])).toBeUndefined();
  });
});

it('says everything that a deletion takes', () => {
  const goes = whatGoes({
    placements: [
      placement('a.prod', {
        url: 'http://a.localhost',
        instances: [{} as PlacementView['instances'][number]],
      }),
    ],
    repository: {
      cloneUrl: '',
      defaultBranch: 'main',
      branches: [{ name: 'main', commit, at: '' }],
    },
    releases: [release(1), release(2)],
    runs: [],
  } as unknown as ComponentDetail);

  expect(goes).toEqual([
    'a.localhost, 1 instance',
    'the repository with 1 branch and its whole history',
    '2 releases, and with them every way back',
  ]);
});

describe('stages of a rollout', () => {
  const states = (rollout: Parameters<typeof stagesOf>[0]) =>
    Object.fromEntries(stagesOf(rollout).map(({ id, state }) => [id, state]));

  it('show how far it is', () => {
    expect(states({ state: 'running', step: 'switching' })).toEqual({
      starting: 'done',
      'waiting-healthy': 'done',
      switching: 'now',
      draining: 'to-come',
    });
    expect(states({ state: 'running', step: 'release-task' })).toMatchObject({
      'release-task': 'now',
      switching: 'to-come',
    });
    expect(new Set(Object.values(states({ state: 'done', step: 'done' })))).toEqual(
      new Set(['done']),
    );
  });

  it('show where it ended when it did not get healthy', () => {
    expect(states({ state: 'rolled-back', step: 'rolled-back' })).toMatchObject({
      starting: 'done',
      'waiting-healthy': 'failed',
      switching: 'to-come',
    });
  });

  it('have one sentence', () => {
    expect(rolloutSentence({ kind: 'promote', from: 6, to: 7 })).toBe('Promoting #7 (from #6)');
    expect(rolloutSentence({ kind: 'restart', from: 7, to: 7 })).toBe('Restarting #7');
  });
});

describe('a command line', () => {
  it.each([
    ['node migrate.js', ['node', 'migrate.js']],
    [`  echo "two words" 'and $this' `, ['echo', 'two words', 'and $this']],
    ['a\\ b "c\\"d" \'\'', ['a b', 'c"d', '']],
    ['pre"fix"ed', ['prefixed']],
    ['', []],
  ])('%s becomes %j', (line, argv) => {
    expect(splitCommand(line)).toEqual({ argv, problem: undefined });
  });

  it('says what is not closed', () => {
    expect(splitCommand('echo "oh').problem).toBe('A quote " is not closed.');
    expect(splitCommand('echo \\').problem).toBe('The line ends with a backslash.');
  });

  it('warns of signs that only a shell would understand', () => {
    expect(shellSigns(splitCommand('cat x | grep $HOME && ls').argv)).toEqual(['|', '$HOME', '&&']);
  });
});
