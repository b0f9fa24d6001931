import { define } from '../../definition.ts';
import { name, newestPlatform, why } from '../placement-options.ts';

export const promoteCommand = define({
  path: ['promote'],
  group: 'deliver',
  summary: 'Take a release from one environment to the next',
  arguments: { name },
  options: {
    from: { type: 'text', value: 'ENV', summary: 'Environment it serves in' },
    to: { type: 'text', value: 'ENV', summary: 'Environment it goes to' },
    'newest-platform': newestPlatform,
    why,
  },
  examples: [
    {
      line: 'pltf promote users-api',
      does: 'from staging to prod: the same release, never a rebuild',
    },
    {
      line: 'pltf promote users-api --from staging --to prod --why "release 1.4"',
      does: 'names both, and says why',
    },
  ],
});
