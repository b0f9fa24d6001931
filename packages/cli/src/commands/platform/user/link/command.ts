import { define } from '../../../../definition.ts';

export const platformUserLinkCommand = define({
  path: ['platform', 'user', 'link'],
  group: 'people',
  summary: 'Make a one-time link that signs a person in',
  arguments: { user: { summary: 'User name' } },
  examples: [
    {
      line: 'pltf platform user link ada',
      does: 'for somebody who lost theirs; it lives 15 minutes',
    },
  ],
});
