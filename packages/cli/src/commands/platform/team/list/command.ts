import { define } from '../../../../definition.ts';

export const platformTeamListCommand = define({
  path: ['platform', 'team', 'list'],
  group: 'people',
  summary: 'List teams and their members',
  examples: [{ line: 'pltf platform team list', does: 'every team' }],
});
