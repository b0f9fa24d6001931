import { define } from '../../../../definition.ts';

export const platformMemberSetCommand = define({
  path: ['platform', 'member', 'set'],
  group: 'people',
  summary: 'Make a person a member, or change their role',
  arguments: {
    team: { summary: 'Name of the team' },
    user: { summary: 'User name' },
    role: {
      summary: 'Role in the team; developer unless given',
      optional: true,
      choices: ['developer', 'viewer'],
    },
  },
  examples: [
    {
      line: 'pltf platform member set team-identity ada developer',
      does: 'lets ada create and operate what the team owns',
    },
  ],
});
