import { define } from '../../definition.ts';
import { name, placementOptions } from '../placement-options.ts';

export const logsCommand = define({
  path: ['logs'],
  group: 'look',
  summary: 'Show the log lines of all instances',
  arguments: { name },
  options: {
    follow: { type: 'flag', short: 'f', summary: 'Stay and show what comes' },
    ...placementOptions,
    tail: {
      type: 'number',
      short: 'n',
      value: 'N',
      maximum: 10000,
      summary: 'How many past lines; 100 unless given',
    },
    raw: { type: 'flag', summary: 'Only what the program wrote: no time, no instance (for jq)' },
    instance: { type: 'text', value: 'ID', summary: 'Only this instance' },
  },
  examples: [
    { line: 'pltf logs users-api --env prod', does: 'the last 100 lines' },
    {
      line: 'pltf logs users-api -f --env prod --tail 10',
      does: 'the last 10, and then all that come',
    },
    {
      line: 'pltf logs users-api --env prod --raw',
      does: 'as the program wrote them, for jq and the like',
    },
  ],
});
