import { define } from '../../definition.ts';
import { name, placementOptions, why } from '../placement-options.ts';

export const runCommand = define({
  path: ['run'],
  group: 'deliver',
  summary: 'Run a one-off command where a release runs, or a job now',
  details: 'Without a command, a job runs its own program at once, whatever its schedule says.',
  arguments: { name },
  options: {
    ...placementOptions,
    timeout: {
      type: 'number',
      value: 'SECONDS',
      minimum: 1,
      maximum: 86400,
      summary: 'End it after this long; 3600 unless given',
    },
    why,
  },
  rest: '[-- COMMAND…]',
  examples: [
    {
      line: 'pltf run users-api --env staging -- node migrate.js',
      does: 'shows its output and ends with its exit code',
    },
    { line: 'pltf run nightly-report --env prod', does: 'runs that job now' },
  ],
});
