import { PlatformFile } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { type OccupiedRuntime, platformChange } from './index.ts';

const prod = (runtime: string) => ({
  environments: [{ name: 'staging' }, { name: 'prod', runtime }],
});
const cluster = { driver: 'kubernetes', context: 'east', registry: 'r.example.com/p' };
const gateway = { name: 'public', namespace: 'gateways' };
const pulled = { driver: 'gitops', repository: 'https://git.example.com/e.git', registry: 'r/p' };
const agent = { driver: 'agent' };

function on(runtime: string, more: Partial<OccupiedRuntime> = {}): OccupiedRuntime {
  const counted = { count: 2, addressed: 2, examples: ['a.prod', 'b.prod'] };
  return { runtime, environment: 'prod', state: 'runs', ...counted, ...more };
}

function plan(
  before: unknown,
  after: unknown,
  occupied: readonly OccupiedRuntime[],
  letGo: readonly string[] = [],
) {
  const [old, next] = [PlatformFile.parse(before), PlatformFile.parse(after)];
  return platformChange({
    before: { file: old, guardrails: [] },
    after: { file: next, guardrails: [] },
    ...{
      drivers: ['agent', 'kubernetes', 'gitops'],
      now: new Date(0),
      occupied,
      letGo,
      takeOut: [],
    },
  }).finish();
}

describe('a changed `runtime:` line', () => {
  const runtimes = { agent, east: cluster, boxes: { driver: 'agent', isolation: 'docker' } };
  const moved = (to: string, more: object = {}, occupied = [on('agent')]) =>
    plan(
      { ...prod('agent'), runtimes },
      { ...prod(to), runtimes: { ...runtimes, ...more } },
      occupied,
    );

  test('says how many move, from where to where, and that the new one serves before the old one goes', () => {
    const { moves, notes, breaks } = moved('east');

    expect(breaks).toEqual([]);
    expect(moves).toMatchObject([
      { environment: 'prod', from: 'agent', to: 'east', count: 2, examples: ['a.prod', 'b.prod'] },
    ]);
    expect(moves?.[0]?.order).toMatch(/^`east` starts each first while `agent` serves on; .*taken/);
    expect(notes.join()).toContain('does so at once');
  });

  test('says what the new runtime asks for and lacks, and only that', () => {
    const lacks = (to: string, more: object = {}) =>
      moved(to, more).moves?.[0]?.lacks.map(({ message }) => message);

    expect(lacks('east')).toEqual([
      '`east` runs images, and `agent` did not',
      '`east` has no way in: 2 have no address there',
      'programs on `east` reach nothing outside the cluster',
    ]);
    expect(lacks('east', { east: { ...cluster, gateway, outbound: ['0.0.0.0/0'] } })).toEqual([
      '`east` runs images, and `agent` did not',
      'host names of 2 must lead to the way in of `east`',
    ]);
    expect(lacks('boxes')).toEqual(['`boxes` runs images, and `agent` did not']);
    expect(lacks('fleet', { fleet: { ...pulled, gateway, outbound: [] } })?.at(-1)).toMatch(
      /^no context leads to `fleet`: nobody can tell when it serves there/,
    );
  });

  test('of two names of one machine is told as an exchange at one place', () => {
    expect(moved('boxes').moves?.[0]?.order).toMatch(/^at one place: `boxes` starts the new/);
  });

  test.each([
    ['target', 'fleet', /^Its agent would delete it .*: name `context` of `fleet`/],
    ['context', 'fleet', undefined],
  ])(
    'out of a repository, of which the file says `%s`, tells what becomes of it',
    (key, from, fix) => {
      const both = { ...runtimes, fleet: { ...pulled, [key]: 'east' } };
      const [move] =
        plan({ ...prod(from), runtimes: both }, { ...prod('east'), runtimes: both }, [on(from)])
          .moves ?? [];
      const stays = move?.lacks.find(({ message }) => message.includes('stays in its repository'));

      if (fix === undefined) {
        expect(stays).toBeUndefined();
        expect(move?.order).toMatch(/^within one cluster: the agent of `fleet` lets go of each/);
      } else expect(stays?.fix).toMatch(fix);
    },
  );

  test('into a repository of the same cluster tells that instances run on', () => {
    const both = { ...runtimes, fleet: { ...pulled, context: 'east' } };
    const { moves } = plan(
      { ...prod('east'), runtimes: both },
      { ...prod('fleet'), runtimes: both },
      [on('east')],
    );

    expect(moves?.[0]?.order).toMatch(/^within one cluster: the agent of `fleet` takes each over/);
  });

  test('moves nothing that is deleted, or is there already', () => {
    const elsewhere = [
      on('agent', { state: 'removing' }),
      on('east'),
      on('agent', { environment: 'staging' }),
    ];

    expect(moved('east', {}, elsewhere)).not.toHaveProperty('moves');
  });
});

describe('a runtime', () => {
  const before = { ...prod('east'), runtimes: { agent, east: cluster } };

  test.each<[string, Partial<OccupiedRuntime>]>([
    ['that placements are on', { state: 'runs' }],
    ['where something was left', { state: 'left' }],
    ['where something is being deleted', { state: 'removing' }],
  ])('%s is not taken out of the file', (_, state) => {
    const { breaks } = plan(before, { ...prod('agent'), runtimes: { agent } }, [on('east', state)]);

    expect(breaks).toMatchObject([
      {
        ...{ kind: 'runtime', count: 2, examples: ['a.prod', 'b.prod'] },
        message: 'the runtime `east` is gone, and something is on it',
        fix: expect.stringContaining('keep `east` in the file until nothing is left on it'),
      },
    ]);
  });

  test.each<[string, object, string]>([
    ['another cluster', { ...cluster, context: 'west' }, '(`context`: east → west)'],
    ['another driver', { driver: 'agent' }, '(`driver`: kubernetes → agent)'],
  ])('that leads to %s is refused while something is there', (_, east, message) => {
    const after = { ...prod('east'), runtimes: { agent, east } };

    expect(plan(before, after, [on('east')]).breaks).toMatchObject([
      { kind: 'runtime', message: expect.stringContaining(message), count: 2 },
    ]);
    expect(plan(before, after, []).breaks).toEqual([]);
  });

  test('changes in whatever does not say where it is', () => {
    const after = { ...prod('east'), runtimes: { agent, east: { ...cluster, gateway } } };

    expect(plan(before, after, [on('east')]).breaks).toEqual([]);
  });

  test('of a repository is where its address, branch and ring say', () => {
    const file = (more: object) => ({
      ...prod('east'),
      runtimes: { agent, east: { ...pulled, ...more } },
    });
    const broken = (more: object) =>
      plan(file({}), file(more), [on('east')]).breaks.map(({ message }) => message);

    expect(broken({ context: 'hub', removals: 3 })).toEqual([]);
    expect(broken({ ring: 'canary' })[0]).toContain('(`ring`: default → canary)');
    expect(broken({ branch: 'next' })[0]).toContain('(`branch`: main → next)');
  });

  test('of a repository is followed by whoever brought placements to their cluster', () => {
    const file = (more: object) => ({
      ...prod('east'),
      runtimes: { agent, east: { ...pulled, ...more } },
    });
    const broken = (more: object) =>
      plan(file({}), file(more), [on('east')])
        .breaks.map(({ message }) => message)
        .join();

    expect(broken({ agent: 'argocd', group: 'bucket', namespace: 'argocd' })).toBe('');
    expect(broken({ agent: 'flux' })).toContain('(`agent`: argocd → flux)');
    expect(broken({ cluster: 'eu-1' })).toContain("(`cluster`: the agent's own → eu-1)");
    expect(broken({ group: 'placement' })).toContain('(`group`: bucket → placement)');
    expect(broken({ hydrate: 'promoter' })).toContain('(`hydrate`: direct → promoter)');
    expect(broken({ namespace: 'gitops' })).toContain('(`namespace`: argocd → gitops)');
  });

  test('that somebody lets go is a note with what is left behind', () => {
    const after = { ...prod('agent'), runtimes: { agent } };

    const { breaks, notes } = plan(before, after, [on('east')], ['east']);

    expect(breaks).toEqual([]);
    expect(notes.at(-1)).toBe(
      'the runtime `east` is gone, and something is on it; 2 (a.prod, b.prod) are let go: nothing there is taken away any more.',
    );
    expect(plan(before, after, [on('east')], ['west']).breaks).toHaveLength(1);
  });
});
