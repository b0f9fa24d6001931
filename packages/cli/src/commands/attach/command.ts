import { define } from '../../definition.ts';

export const attachCommand = define({
  path: ['attach'],
  group: 'make',
  summary: 'Follow something long that goes on by itself',
  arguments: {
    id: { summary: 'Id of an operation (op_…), run (run_…), rollout (ro_…) or task (task_…)' },
  },
  examples: [
    {
      line: 'pltf attach op_01k9vxm2e4qh7zt0w3d8r5n6c1',
      does: 'shows its steps to the end, like the command that began it',
    },
  ],
});
