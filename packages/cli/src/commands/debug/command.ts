import { define } from '../../definition.ts';

export const debugCommand = define({
  path: ['debug'],
  group: 'look',
  summary: 'Collect what is needed to look into a fault',
  arguments: {
    name: {
      summary: 'Component; the platform unless given',
      optional: true,
      completes: 'component',
    },
  },
  options: {
    env: { type: 'text', value: 'ENV', summary: 'Only this environment of it' },
    out: { type: 'text', short: 'o', value: 'FILE', summary: 'Where to write it' },
  },
  examples: [
    {
      line: 'pltf debug users-api',
      does: 'writes users-api-debug-….json: component, placements, rollouts, runs, last log lines, and of a cluster its objects and events',
    },
    { line: 'pltf debug users-api --env prod', does: 'one environment only' },
    { line: 'pltf debug', does: 'the same of the platform' },
  ],
});
