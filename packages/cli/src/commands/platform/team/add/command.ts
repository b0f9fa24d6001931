import { define } from '../../../../definition.ts';

export const platformTeamAddCommand = define({
  path: ['platform', 'team', 'add'],
  group: 'people',
  summary: 'Add a team',
  arguments: { team: { summary: 'Name of the team' } },
  options: { 'display-name': { type: 'text', value: 'TEXT', summary: 'Name as people know it' } },
  examples: [
    { line: 'pltf platform team add team-identity', does: 'components can then belong to it' },
  ],
});
