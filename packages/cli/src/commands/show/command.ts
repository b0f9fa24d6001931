import { define } from '../../definition.ts';

export const showCommand = define({
  path: ['show'],
  group: 'look',
  summary: 'Show a component, or one placement of it',
  arguments: {
    name: {
      summary: 'Name of a component, or a placement like users-api.prod',
      completes: 'component',
    },
  },
  examples: [
    { line: 'pltf show users-api', does: 'addresses, environments, releases and runs' },
    { line: 'pltf show users-api.prod', does: 'instances and traffic of one placement' },
  ],
});
