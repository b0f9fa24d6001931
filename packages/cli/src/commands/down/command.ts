import { define } from '../../definition.ts';

export const downCommand = define({
  path: ['down'],
  group: 'begin',
  summary: 'Stop the platform that runs here',
  options: {
    data: { type: 'text', value: 'DIR', summary: 'Where it keeps everything (PLTF_DATA)' },
  },
  examples: [
    {
      line: 'pltf down',
      does: 'stops server, applications and database in order; `pltf up` brings them back',
    },
  ],
});
