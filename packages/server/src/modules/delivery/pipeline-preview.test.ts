import { describe, expect, it } from 'vitest';
import { previewPipeline } from './pipeline-preview.ts';

const workflow = `
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: node --test
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v6
  inside:
    runs-on: ubuntu-latest
    container: node:20
    steps:
      - run: node --test
`;

const capabilities = { arch: 'X64', node: '20.19.0' } as const;

describe('what a creation would run', () => {
  it('tells the jobs that run here from those that run elsewhere, and says why', () => {
    const preview = previewPipeline(
      new Map([['.github/workflows/ci.yml', workflow]]),
      capabilities,
    );

    expect(preview.file).toBe('.github/workflows/ci.yml');
    expect(preview.jobs.map(({ name, runsHere }) => [name, runsHere])).toEqual([
      ['test', true],
      ['image', false],
      ['inside', false],
    ]);
    expect(preview.jobs[1]?.note).toContain('docker/build-push-action@v6');
  });

  it('shows no file and no jobs when there is no workflow', () => {
    expect(previewPipeline(new Map(), capabilities)).toEqual({ file: undefined, jobs: [] });
  });
});
