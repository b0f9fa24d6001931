import { define } from '../../definition.ts';
import { name, placementOptions, why } from '../placement-options.ts';

export const pruneCommand = define({
  path: ['prune'],
  group: 'deliver',
  summary: 'Delete for good what is not wanted any more and is kept until somebody says so',
  details:
    'Volumes that no release wants any more, and definitions of others, are never deleted by themselves. Without --confirm it shows what is kept, and ends with 2 when there is something.',
  arguments: { name },
  options: {
    ...placementOptions,
    confirm: { type: 'texts', value: 'WHAT', summary: 'Delete this, by the name that is shown' },
    why,
  },
  examples: [
    { line: 'pltf prune users-api --env prod', does: 'what is kept, and why' },
    {
      line: 'pltf prune users-api --env prod --confirm "volume volume-users-api"',
      does: 'deletes that volume with all that is in it',
    },
  ],
});
