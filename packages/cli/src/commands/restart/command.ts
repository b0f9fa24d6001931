import { define } from '../../definition.ts';
import { name, placementOptions, why } from '../placement-options.ts';

export const restartCommand = define({
  path: ['restart'],
  group: 'deliver',
  summary: 'Replace all instances without dropping a request',
  arguments: { name },
  options: { ...placementOptions, why },
  examples: [
    {
      line: 'pltf restart users-api --env prod',
      does: 'starts new instances, shifts traffic, drains the old ones',
    },
  ],
});
