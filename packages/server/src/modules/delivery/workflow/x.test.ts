import { test } from 'vitest';
import { readWorkflowFile } from './workflow-file.ts';
import { templateOf } from './tokens.ts';
test('x', () => {
  const text = 'name: x\non: [push]\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          echo "${{ github.sha }}"\n            it\'s \'x\'\n      - run: echo 2\n';
  for (const t of [text, text.replace('run:', 'rum:').replace('github.sha', 'gihub.sha'), 'on: push\njobs: {a: {runs-on: x, needs: b, steps: [{run: x}]}, b: {runs-on: x, needs: a, steps: [{run: "${{ fo }}"}, {}]}}', 'a: [', '']) {
    const s = performance.now();
    const r = readWorkflowFile({ path: 'a.yml', text: t });
    console.log(performance.now() - s, 'problems' in r ? r.problems : JSON.stringify(templateOf(r.root)));
  }
});
