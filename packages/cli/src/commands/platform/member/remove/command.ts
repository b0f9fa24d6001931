import { define } from '../../../../definition.ts';

export const platformMemberRemoveCommand = define({
  path: ['platform', 'member', 'remove'],
  group: 'people',
  summary: 'Take a person out of a team',
  arguments: { team: { summary: 'Name of the team' }, user: { summary: 'User name' } },
  examples: [
    {
      line: 'pltf platform member remove team-identity ada',
      does: 'what the team owns is no longer theirs to change',
    },
  ],
});
