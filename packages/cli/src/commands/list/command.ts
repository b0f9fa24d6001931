import { define } from '../../definition.ts';

export const listCommand = define({
  path: ['list'],
  group: 'look',
  summary: 'List components, or what else there is',
  arguments: {
    what: {
      summary: 'What to list; components unless given',
      optional: true,
      choices: ['components', 'paths', 'releases', 'runs', 'previews', 'tokens', 'users', 'teams'],
    },
    name: {
      summary: 'Component, for releases, runs and previews',
      optional: true,
      completes: 'component',
    },
  },
  options: {
    owner: { type: 'text', value: 'TEAM', summary: 'Only components of this team' },
    kind: {
      type: 'text',
      value: 'KIND',
      summary: 'Only components of this kind',
      choices: ['service', 'worker', 'job', 'site'],
    },
    query: { type: 'text', short: 'q', value: 'TEXT', summary: 'Only components that match' },
    names: { type: 'flag', summary: 'Print nothing but names, one a line' },
    limit: {
      type: 'number',
      short: 'n',
      value: 'N',
      minimum: 1,
      maximum: 100000,
      summary: 'At most so many',
    },
  },
  examples: [
    { line: 'pltf list', does: 'all components with their health and where they run' },
    { line: 'pltf list --owner team-identity --kind service', does: 'some of them' },
    { line: 'pltf list releases users-api', does: 'the releases of one component' },
  ],
});
