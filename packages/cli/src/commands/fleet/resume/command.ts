import { define } from '../../../definition.ts';

export const fleetResumeCommand = define({
  path: ['fleet', 'resume'],
  group: 'deliver',
  summary: 'Let a halted change go on, with what failed so far accepted',
  options: { why: { type: 'text', value: 'TEXT', summary: 'Why, for everybody who looks' } },
  examples: [
    {
      line: 'pltf fleet resume --why "Known, and mended tomorrow"',
      does: 'the ring goes on where it was',
    },
  ],
});
