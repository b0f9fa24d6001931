import { define } from '../../../../definition.ts';
import { why } from '../../../placement-options.ts';

export const platformRuntimeAddCommand = define({
  path: ['platform', 'runtime', 'add'],
  group: 'people',
  summary: 'Let environments run in a Kubernetes cluster',
  details:
    'Asks the cluster whether it answers and lets the platform do its work, then adds one line to the platform file. An environment moves when its `runtime:` line names the runtime. With --print-role nothing is asked or changed: it prints the least role that suffices, for `kubectl apply -f -`.',
  arguments: { name: { summary: 'What environments call it in the platform file' } },
  options: {
    context: {
      type: 'text',
      value: 'CONTEXT',
      summary: 'Context of the kubeconfig of the server; `in-cluster` where the server itself runs',
    },
    registry: {
      type: 'text',
      value: 'REGISTRY',
      summary: 'Where images go, like registry.example.com/pltf',
    },
    'print-role': { type: 'flag', summary: 'Print the role, its account and what binds both' },
    namespace: {
      type: 'text',
      value: 'NAMESPACE',
      summary: 'Of the account in the role; pltf-system unless given',
    },
    why,
  },
  examples: [
    {
      line: 'pltf platform runtime add berlin --print-role',
      does: 'prints what `kubectl apply -f -` takes to give the platform its rights in a cluster',
    },
    {
      line: 'pltf platform runtime add berlin --context berlin --registry registry.example.com/pltf',
      does: 'checks them, shows the plan and asks',
    },
  ],
});
