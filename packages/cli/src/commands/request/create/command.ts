import { define } from '../../../definition.ts';

export const requestCreateCommand = define({
  path: ['request', 'create'],
  group: 'deliver',
  summary: 'Ask for what does not fit a golden path',
  details:
    'It goes to the team that answers for it, which promises a time, and is decided with a reason.',
  arguments: { title: { summary: 'In a few words' } },
  options: {
    what: { type: 'text', value: 'TEXT', summary: 'What is needed, and what for (required)' },
    component: { type: 'text', value: 'NAME', summary: 'For this component' },
  },
  examples: [
    {
      line: 'pltf request create "A queue that keeps order" --what "Orders must not overtake" --component users-api',
      does: 'asks; prints who answers until when',
    },
  ],
});
