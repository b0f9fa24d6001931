import { define } from '../../../definition.ts';

export const fleetHaltCommand = define({
  path: ['fleet', 'halt'],
  group: 'deliver',
  summary: 'Let no placement more have the change that goes out',
  options: { why: { type: 'text', value: 'TEXT', summary: 'Why, for everybody who looks' } },
  examples: [
    { line: 'pltf fleet halt --why "Errors went up"', does: 'who has it already keeps it' },
  ],
});
