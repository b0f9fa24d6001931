import { define } from '../../definition.ts';

export const upCommand = define({
  path: ['up'],
  group: 'begin',
  summary: 'Start the platform here: database, server, agent',
  options: {
    data: { type: 'text', value: 'DIR', summary: 'Where everything is kept (PLTF_DATA)' },
    host: { type: 'text', value: 'ADDRESS', summary: 'Where it listens (PLTF_HOST); 127.0.0.1' },
    port: { type: 'text', value: 'N', summary: 'Portal, API and git (PLTF_PORT); 7070' },
    'router-port': {
      type: 'text',
      value: 'N',
      summary: 'Applications (PLTF_ROUTER_PORT); 7080',
    },
    'no-demo': { type: 'flag', summary: 'Do not show the main job at the end' },
  },
  passesOn: true,
  examples: [
    { line: 'pltf up', does: 'starts it in the foreground; Ctrl-C stops it in order' },
    { line: 'pltf up --no-demo --port 8070', does: 'on another port, without the demonstration' },
  ],
});
