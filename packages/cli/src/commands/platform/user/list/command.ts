import { define } from '../../../../definition.ts';

export const platformUserListCommand = define({
  path: ['platform', 'user', 'list'],
  group: 'people',
  summary: 'List people with their roles and teams',
  examples: [{ line: 'pltf platform user list', does: 'everybody the platform knows' }],
});
