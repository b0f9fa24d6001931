import { define } from '../../definition.ts';
import { name, newestPlatform, placementOptions, why } from '../placement-options.ts';

export const deployCommand = define({
  path: ['deploy'],
  group: 'deliver',
  summary: 'Roll out a release in one environment',
  arguments: { name },
  options: {
    ...placementOptions,
    release: {
      type: 'number',
      value: 'N',
      minimum: 1,
      summary: 'Release; the newest one unless given',
    },
    'newest-platform': newestPlatform,
    why,
  },
  examples: [
    { line: 'pltf deploy users-api --env staging', does: 'rolls out the newest release' },
    { line: 'pltf deploy users-api --env prod --release 12', does: 'rolls out release #12' },
  ],
});
