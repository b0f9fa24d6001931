import { define } from '../../definition.ts';

export const setupGitCommand = define({
  path: ['setup-git'],
  group: 'begin',
  summary: "Let git ask pltf for the password of the platform's repositories",
  options: { undo: { type: 'flag', summary: 'Take it out again' } },
  examples: [
    {
      line: 'pltf setup-git',
      does: 'adds a credential helper for this platform to your global git configuration',
    },
  ],
});
