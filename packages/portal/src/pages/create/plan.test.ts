import type { CreationPlan } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import { fileTree } from './file-tree.ts';
import { diffPlans, fileKey, jobKey, noDiff, placementKey } from './plan-diff.ts';
import { fieldOfPlace, placeProblems } from './problem-places.ts';

const plan = (changes: Partial<CreationPlan> = {}): CreationPlan => ({
  name: 'users-api',
  kind: 'service',
  path: {
    id: 'node-service',
    title: 'Node service',
    version: '1.0.0',
    maturity: 'supported',
    support: '',
  },
  owner: 'identity',
  files: [
    { path: 'README.md', bytes: 10 },
    { path: 'src/server.js', bytes: 20 },
  ],
  pipeline: {
    jobs: [
      { name: 'test', runsHere: true },
      { name: 'image', runsHere: true },
    ],
  },
  placements: [
    {
      id: 'users-api.preview',
      environment: 'preview',
      url: 'http://users-api.preview.localhost',
      size: 'small',
      memoryMiB: 256,
      instances: '1',
      comes: 'with the first push',
    },
  ],
  problems: [],
  ...changes,
});

describe('what typing changed in a plan', () => {
  it('is nothing at the first plan and nothing between equal ones', () => {
    expect(diffPlans(undefined, plan())).toBe(noDiff);
    expect(diffPlans(plan(), plan())).toEqual({
      added: new Set(),
      changed: new Set(),
      removed: [],
    });
  });

  it('names added files, changed jobs and what went', () => {
    const after = plan({
      files: [
        { path: 'README.md', bytes: 12 },
        { path: 'chart/values.yaml', bytes: 5 },
      ],
      pipeline: {
        jobs: [
          { name: 'test', runsHere: true },
          { name: 'image', runsHere: false },
        ],
      },
    });

    const diff = diffPlans(plan(), after);

    expect([...diff.added]).toEqual([fileKey('chart/values.yaml')]);
    expect([...diff.changed]).toEqual([jobKey('image')]);
    expect(diff.removed).toEqual([fileKey('src/server.js')]);
  });

  it('does not call a placement new because its address follows the name', () => {
    const renamed = plan({
      placements: plan().placements.map((placement) => ({
        ...placement,
        id: 'users.preview',
        url: 'http://users.preview.localhost',
      })),
    });

    expect(diffPlans(plan(), renamed).changed.has(placementKey('preview'))).toBe(false);
    expect(diffPlans(plan(), renamed).added.size).toBe(0);
  });
});

describe('the tree of files', () => {
  it('has folders first, sums their sizes and joins folders that hold only a folder', () => {
    const tree = fileTree([
      { path: 'README.md', bytes: 1 },
      { path: '.github/workflows/ci.yml', bytes: 2 },
      { path: 'src/server.js', bytes: 3 },
      { path: 'src/lib/db.js', bytes: 4 },
    ]);

    expect(tree.map(({ name }) => name)).toEqual(['.github/workflows', 'src', 'README.md']);
    expect(tree[1]).toMatchObject({ bytes: 7, path: 'src' });
    expect(tree[1]?.children?.map(({ path }) => path)).toEqual(['src/lib', 'src/server.js']);
    expect(tree[0]?.children?.[0]?.path).toBe('.github/workflows/ci.yml');
  });
});

describe('the place of a problem', () => {
  it.each([
    ['name', 'name'],
    ['/name', 'name'],
    ['body.name', 'name'],
    ['/parameters/db/size', 'db.size'],
    ['parameters.hosts[1].port', 'hosts.1.port'],
    ['#/parameters/port', 'port'],
  ])('%s is the field %s', (where, field) => {
    expect(fieldOfPlace(where)).toBe(field);
  });

  it('shows the first problem of a field there and the rest of the plan apart', () => {
    const problems = [
      { where: 'name', message: 'taken' },
      { where: '/name', message: 'again' },
      { where: 'pltf.yaml:3:1', message: 'elsewhere' },
    ];

    const placed = placeProblems(problems, new Set(['name']));

    expect(placed.byField.get('name')?.message).toBe('taken');
    expect(placed.others).toEqual([problems[2]]);
  });
});
