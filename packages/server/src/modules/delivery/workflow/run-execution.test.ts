import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunFixture } from './testing/run-fixture.ts';

const workflow = `
name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          cat README.md
          echo "it's \${{ github.ref_name }} in \${{ github.workflow }}"
          echo "answer=42" >> "$GITHUB_OUTPUT"
        id: first
      - run: echo "\${{ steps.first.outputs.answer }}" > "\${{ vars.EFFECTS }}/answer"
`;

test('a run of three steps passes and hands outputs from step to step', async () => {
  await using fixture = createRunFixture({ workflow });

  const { state, view } = await fixture.finish();

  expect(view).toMatchObject({ state: 'passed', failing: [] });
  expect(state.conclusion).toBe('success');
  expect(readFileSync(join(fixture.effects, 'answer'), 'utf8')).toBe('42\n');
});
