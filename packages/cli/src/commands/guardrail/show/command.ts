import { define } from '../../../definition.ts';

export const guardrailShowCommand = define({
  path: ['guardrail', 'show'],
  group: 'look',
  summary: 'Show a guardrail: why, its remedy, its text, and who is hit',
  arguments: { guardrail: { summary: 'Guardrail' } },
  examples: [{ line: 'pltf guardrail show allowed-regions', does: 'everything about it' }],
});
