import { GuardrailId, PltfError } from '@pltf/contracts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { printGuardrail } from '../../../view/guardrails.ts';
import type { guardrailShowCommand } from './command.ts';

/** Shows one guardrail. */
export const run: Run<typeof guardrailShowCommand> = async (
  { arguments: { guardrail } },
  context,
) => {
  if (!GuardrailId.safeParse(guardrail).success) {
    throw new PltfError('name-invalid', {
      detail: `"${guardrail.slice(0, 60)}" is no id of a guardrail`,
      fix: '`pltf guardrail list` shows them.',
    });
  }
  const client = await context.api();
  const found = await client.getGuardrail({ params: { guardrail }, query: {} });
  if (context.json) context.out.document(found);
  else printGuardrail(context.out, found, Date.now());
  return exit.done;
};
