import { define } from '../../definition.ts';

export const gitCredentialCommand = define({
  path: ['git-credential'],
  group: 'begin',
  summary: "Answer git's questions for a password",
  arguments: { operation: { summary: 'What git wants', choices: ['get', 'store', 'erase'] } },
  hidden: true,
  examples: [
    {
      line: 'pltf git-credential get',
      does: 'reads the question on standard input; git calls this by itself',
    },
  ],
});
