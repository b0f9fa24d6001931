import { define } from '../../definition.ts';

export const checkCommand = define({
  path: ['check'],
  group: 'make',
  summary: 'Check a thin file here, without a platform',
  details:
    'Says every problem at once, each with file:line:column, what was expected and how to solve it.',
  arguments: { file: { summary: 'Thin file; pltf.yaml unless given', optional: true } },
  examples: [{ line: 'pltf check', does: 'exit code 0 when pltf.yaml is valid, 1 when it is not' }],
});
