import { define } from '../../../definition.ts';

export const requestListCommand = define({
  path: ['request', 'list'],
  group: 'look',
  summary: 'List requests with who answers until when',
  options: {
    state: {
      type: 'text',
      value: 'STATE',
      summary: 'Only these',
      choices: ['open', 'accepted', 'declined', 'withdrawn'],
    },
    team: { type: 'text', value: 'TEAM', summary: 'Those that this team answers' },
    overdue: { type: 'flag', summary: 'Only those that have waited longer than promised' },
  },
  examples: [{ line: 'pltf request list --overdue', does: 'what waits too long' }],
});
