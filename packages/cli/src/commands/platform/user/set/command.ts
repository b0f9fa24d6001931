import { define } from '../../../../definition.ts';

export const platformUserSetCommand = define({
  path: ['platform', 'user', 'set'],
  group: 'people',
  summary: "Change a person's role, or lock them out",
  arguments: { user: { summary: 'User name' } },
  options: {
    role: {
      type: 'text',
      value: 'ROLE',
      summary: 'Role on the platform',
      choices: ['platform', 'auditor', 'member'],
    },
    disable: { type: 'flag', summary: 'Lock them out' },
    enable: { type: 'flag', summary: 'Let them in again' },
  },
  examples: [
    {
      line: 'pltf platform user set ada --role platform',
      does: 'makes them one of the platform team',
    },
    {
      line: 'pltf platform user set ada --disable',
      does: 'ends their sessions and tokens at once',
    },
  ],
});
