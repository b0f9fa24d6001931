import { define } from '../../definition.ts';

export const completionCommand = define({
  path: ['completion'],
  group: 'tools',
  summary: 'Print a script that completes commands in a shell',
  arguments: { shell: { summary: 'Which shell', choices: ['bash', 'zsh', 'fish'] } },
  examples: [
    {
      line: 'source <(pltf completion bash)',
      does: 'completes commands, options and names in this bash',
    },
  ],
});
