import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { auditLine, guardrailTable } from '../../../view/guardrails.ts';
import type { guardrailListCommand } from './command.ts';

/** Lists guardrails. */
export const run: Run<typeof guardrailListCommand> = async (_invocation, context) => {
  const client = await context.api();
  const answer = await client.listGuardrails({ query: {} });
  if (context.json) context.out.document(answer);
  else {
    guardrailTable(context.out, answer.items);
    context.err.print(auditLine(answer.audit, Date.now()));
  }
  return exit.done;
};
