import { expect, it } from 'vitest';
import { fit, ranked } from './rank.ts';

const entry = (title: string, group = 'Services', words = '') => ({
  id: title,
  title,
  words,
  group,
});

it('prefers the beginning of the title, then its parts, then other words', () => {
  const entries = [
    entry('admin', 'Services', 'users'),
    entry('superusers'),
    entry('billing-users'),
    entry('users-api'),
    entry('users'),
  ];

  expect(ranked(entries, 'users', 9).map(({ title }) => title)).toEqual([
    'users',
    'users-api',
    'billing-users',
    'superusers',
    'admin',
  ]);
  expect(fit(entry('users'), 'pay')).toBe(-1);
});

it('keeps groups together, the group of the best entry first', () => {
  const entries = [
    entry('Restart prod', 'Actions'),
    entry('prod-db'),
    entry('Promote to prod', 'Actions'),
  ];

  expect(ranked(entries, 'prod', 9).map(({ group }) => group)).toEqual([
    'Services',
    'Actions',
    'Actions',
  ]);
  expect(ranked(entries, '', 2)).toHaveLength(2);
});
