import { define } from '../../../definition.ts';

export const guardrailRenderCommand = define({
  path: ['guardrail', 'render'],
  group: 'look',
  summary: "Print guardrails as policies of Kubernetes' own admission",
  details:
    'ValidatingAdmissionPolicies with their bindings, and the definition of `placements.pltf.dev` that most of them look at: for `kubectl apply -f -`. Exceptions in force are in them; render anew when one begins or ends.',
  arguments: { guardrail: { summary: 'Guardrail; all in force unless given', optional: true } },
  examples: [
    {
      line: 'pltf guardrail render',
      does: 'all of them; with `| kubectl apply --server-side -f -` the cluster refuses what the platform refuses',
    },
  ],
});
