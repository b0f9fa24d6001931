import { define } from '../../../definition.ts';

export const fleetAbortCommand = define({
  path: ['fleet', 'abort'],
  group: 'deliver',
  summary: 'Take a change back: each placement rolls out what it had before',
  options: { why: { type: 'text', value: 'TEXT', summary: 'Why, for everybody who looks' } },
  examples: [
    {
      line: 'pltf fleet abort --why "Errors went up"',
      does: 'the platform file itself stays: `pltf platform revert` takes that back',
    },
  ],
});
