import { define } from '../../definition.ts';
import { name, placementOptions, why } from '../placement-options.ts';

export const execCommand = define({
  path: ['exec'],
  group: 'deliver',
  summary: 'Run a command inside an instance that runs',
  arguments: { name },
  options: {
    ...placementOptions,
    instance: { type: 'text', value: 'ID', summary: 'This instance; a healthy one unless given' },
    stdin: { type: 'flag', short: 'i', summary: 'Give it what this command reads, to its end' },
    why,
  },
  rest: '-- COMMAND…',
  examples: [
    {
      line: 'pltf exec users-api --env prod -- cat /etc/resolv.conf',
      does: 'shows its output and ends with its exit code',
    },
    {
      line: 'pltf exec users-api --env prod -i -- node < look.js',
      does: 'runs a script of this machine inside it',
    },
  ],
});
