import type { ComponentSummary } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import { environmentOrder } from '../../format/environments.ts';
import { cellsOf } from './cells.ts';
import { found, isFiltered, marked, merged, noFilter, rank } from './match.ts';

const component = (name: string, changes: Partial<ComponentSummary> = {}): ComponentSummary => ({
  name,
  kind: 'service',
  owner: 'identity',
  description: '',
  state: 'ready',
  wellness: 'healthy',
  placements: [],
  createdAt: '2026-11-21T14:00:00Z',
  changedAt: '2026-11-21T14:00:00Z',
  ...changes,
});
const names = (list: readonly ComponentSummary[]): string[] => list.map(({ name }) => name);

describe('finding as one types', () => {
  const all = [
    component('billing-users-report'),
    component('payments', { description: 'Charges users' }),
    component('superusers'),
    component('users'),
    component('users-api'),
  ];

  it('puts the exact name first, then its beginning, its parts, its inside, the rest', () => {
    expect(names(found(all, { ...noFilter, text: 'users' }))).toEqual([
      'users',
      'users-api',
      'billing-users-report',
      'superusers',
      'payments',
    ]);
  });

  it('takes words in any order and any case, as names or apart', () => {
    expect(names(found(all, { ...noFilter, text: 'API us' }))).toEqual(['users-api']);
    expect(names(found(all, { ...noFilter, text: 'users api' }))).toEqual(['users-api']);
    expect(rank(component('users-api'), 'nothing')).toBe(-1);
  });

  it('joins the filters', () => {
    const mixed = [
      component('a', { kind: 'worker' }),
      component('b', { wellness: 'down' }),
      component('c', { owner: 'pay' }),
    ];

    expect(names(found(mixed, { ...noFilter, kind: 'worker' }))).toEqual(['a']);
    expect(names(found(mixed, { ...noFilter, wellness: 'down' }))).toEqual(['b']);
    expect(names(found(mixed, { ...noFilter, owner: 'pay', text: 'a' }))).toEqual(['c']);
    expect(names(found(mixed, { ...noFilter, owner: 'pay', kind: 'worker' }))).toEqual([]);
    expect(
      [noFilter, { ...noFilter, text: ' ' }, { ...noFilter, text: 'x' }].map(isFiltered),
    ).toEqual([false, false, true]);
  });

  it('keeps what is loaded when the server answers with the same', () => {
    const fresh = component('users', { wellness: 'down' });
    const list = merged([fresh], [component('users'), component('later')]);

    expect(names(list)).toEqual(['users', 'later']);
    expect(list[0]).toBe(fresh);
  });
});

it('marks every hit, also overlapping ones, and gives the text back whole', () => {
  expect(marked('users-api', 'use ser')).toEqual([
    { text: 'user', hit: true },
    { text: 's-api', hit: false },
  ]);
  expect(marked('users-api', '').map(({ hit }) => hit)).toEqual([false]);
  expect(
    marked('banana', 'an')
      .map(({ text }) => text)
      .join(''),
  ).toBe('banana');
});

it('orders environments as one promotes and sorts a row under them', () => {
  expect(environmentOrder(['prod', 'canary', 'preview', 'staging', 'prod'])).toEqual([
    'preview',
    'staging',
    'canary',
    'prod',
  ]);
  const row = component('a', {
    placements: [
      { id: 'a-fix.preview', environment: 'preview', phase: 'running' },
      { id: 'a.preview', environment: 'preview', phase: 'running' },
      { id: 'a.prod', environment: 'prod', phase: 'running' },
    ],
  });
  expect(
    cellsOf(row, ['preview', 'staging', 'prod']).map(({ placements }) =>
      placements.map(({ id }) => id),
    ),
  ).toEqual([['a.preview', 'a-fix.preview'], [], ['a.prod']]);
});
