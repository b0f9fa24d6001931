import { define } from '../../definition.ts';
import { name, placementOptions, why } from '../placement-options.ts';

export const stopCommand = define({
  path: ['stop'],
  group: 'deliver',
  summary: 'Stop all instances; the address then answers 503',
  arguments: { name },
  options: { ...placementOptions, why },
  examples: [
    { line: 'pltf stop users-api --env staging', does: 'stops it; `pltf start` starts it again' },
  ],
});
