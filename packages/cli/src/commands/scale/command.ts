import { define } from '../../definition.ts';
import { name, placementOptions, why } from '../placement-options.ts';

export const scaleCommand = define({
  path: ['scale'],
  group: 'deliver',
  summary: 'Change the number of instances',
  arguments: { name, instances: { summary: 'How many, 1 to 100' } },
  options: { ...placementOptions, why },
  examples: [{ line: 'pltf scale users-api 3 --env prod', does: 'runs three instances' }],
});
