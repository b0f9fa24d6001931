import { define } from '../../../../definition.ts';

export const platformUserAddCommand = define({
  path: ['platform', 'user', 'add'],
  group: 'people',
  summary: 'Add a person; prints the link that signs them in',
  arguments: { user: { summary: 'User name' } },
  options: {
    'display-name': { type: 'text', value: 'TEXT', summary: 'Name as people know it' },
    role: {
      type: 'text',
      value: 'ROLE',
      summary: 'Role on the platform; member unless given',
      choices: ['platform', 'auditor', 'member'],
    },
  },
  examples: [
    { line: 'pltf platform user add ada --display-name "Ada Lovelace"', does: 'adds a member' },
  ],
});
