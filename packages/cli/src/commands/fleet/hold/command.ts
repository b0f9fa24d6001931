import { define } from '../../../definition.ts';

export const fleetHoldCommand = define({
  path: ['fleet', 'hold'],
  group: 'deliver',
  summary: 'Keep changes of the platform away from a placement',
  arguments: { placement: { summary: 'Placement, like users-api.prod' } },
  options: { why: { type: 'text', value: 'TEXT', summary: 'Why, for everybody who looks' } },
  examples: [
    {
      line: 'pltf fleet hold users-api.prod --why "It is being measured"',
      does: 'the next change goes out without it',
    },
  ],
});
