import { define } from '../../definition.ts';

export const activityCommand = define({
  path: ['activity'],
  group: 'look',
  summary: 'Show what happened: who did what, and why',
  arguments: { name: { summary: 'Only this component', optional: true, completes: 'component' } },
  options: {
    follow: { type: 'flag', short: 'f', summary: 'Stay and show what comes' },
    limit: {
      type: 'number',
      short: 'n',
      value: 'N',
      minimum: 1,
      maximum: 100000,
      summary: 'How many past events; 30 unless given',
    },
  },
  examples: [
    { line: 'pltf activity', does: 'the last 30 events, newest last' },
    { line: 'pltf activity users-api -f', does: 'those of one component, and then all that come' },
  ],
});
