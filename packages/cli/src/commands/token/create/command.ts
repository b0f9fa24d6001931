import { define } from '../../../definition.ts';

export const tokenCreateCommand = define({
  path: ['token', 'create'],
  group: 'people',
  summary: 'Make a token; its text is shown this once',
  arguments: { label: { summary: 'What it is for' } },
  options: {
    scope: {
      type: 'texts',
      value: 'SCOPE',
      summary: 'What it may do; all unless given',
      choices: ['read', 'write', 'git'],
    },
    days: {
      type: 'number',
      value: 'N',
      minimum: 1,
      maximum: 365,
      summary: 'How long it lives; 30 unless given',
    },
    machine: {
      type: 'text',
      value: 'NAME',
      summary: 'For a machine of this name instead of yourself (platform only)',
    },
  },
  examples: [
    { line: 'pltf token create laptop --days 90', does: 'may read, write and use git' },
    {
      line: 'TOKEN=$(pltf token create ci --scope read --yes)',
      does: 'prints nothing but the token to standard output',
    },
  ],
});
