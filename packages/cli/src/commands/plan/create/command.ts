import { define } from '../../../definition.ts';
import { creationOptions, words } from '../../create/command.ts';

export const planCreateCommand = define({
  path: ['plan', 'create'],
  group: 'make',
  summary: 'Show what a creation would make; changes nothing',
  arguments: {
    kind: { summary: 'What', choices: ['service', 'worker', 'job', 'site'] },
    name: words,
  },
  options: {
    path: creationOptions.path,
    owner: creationOptions.owner,
    description: creationOptions.description,
    ci: creationOptions.ci,
    param: creationOptions.param,
  },
  examples: [
    {
      line: 'pltf plan create service users api',
      does: 'the same as `pltf create service users api --plan`',
    },
  ],
});
