import { define } from '../../definition.ts';

export const demoCommand = define({
  path: ['demo'],
  group: 'begin',
  summary: 'Show the main job by doing it',
  options: {
    name: { type: 'text', value: 'NAME', summary: 'Name of the service' },
    path: { type: 'text', value: 'PATH', summary: 'Golden path' },
  },
  hidden: true,
  examples: [
    {
      line: 'pltf demo',
      does: 'creates a service, changes it by a push, and takes it to production',
    },
  ],
});
