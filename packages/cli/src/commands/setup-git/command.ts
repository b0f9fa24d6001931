import { define } from '../../definition.ts';

export const setupGitCommand = define({
  path: ['setup-git'],
  group: 'begin',
  summary: 'Let git take its password for the platform from pltf',
  options: { undo: { type: 'flag', summary: 'Take it out again' } },
  examples: [
    {
      line: 'pltf setup-git',
      does: 'adds a credential helper for this platform to your global git configuration',
    },
  ],
});
