import { define } from '../../definition.ts';
import { name, newestPlatform, placementOptions, why } from '../placement-options.ts';

export const rollbackCommand = define({
  path: ['rollback'],
  group: 'deliver',
  summary: 'Go back to the release that served before',
  arguments: { name },
  options: {
    ...placementOptions,
    to: { type: 'number', value: 'N', minimum: 1, summary: 'Release; the one before unless given' },
    'newest-platform': newestPlatform,
    why,
  },
  examples: [
    {
      line: 'pltf rollback users-api --env prod',
      does: 'switches to the previous release, at once while it is warm',
    },
    {
      line: 'pltf rollback users-api --env prod --to 12 --why "slow login"',
      does: 'goes back to release #12',
    },
  ],
});
