import { define } from '../../definition.ts';

export const completeCommand = define({
  path: ['complete'],
  group: 'tools',
  summary: 'Candidates for the last of these words',
  rest: '-- WORDS…',
  hidden: true,
  examples: [{ line: 'pltf complete -- show us', does: 'what completion scripts call' }],
});
