import { teamName } from '../../api/names.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { debtTable } from '../../view/debts.ts';
import { auditLine } from '../../view/guardrails.ts';
import type { debtsCommand } from './command.ts';

/** Lists what the caller's teams owe. */
export const run: Run<typeof debtsCommand> = async ({ options: { team } }, context) => {
  const client = await context.api();
  const query = team === undefined ? {} : { team: teamName(team) };
  const answer = await client.listDebts({ query });
  if (context.json) context.out.document(answer);
  else if (answer.items.length === 0) context.out.print('No debts.');
  else debtTable(context.out, answer.items, Date.now());
  if (!context.json) context.err.print(auditLine(answer.audit, Date.now()));
  return exit.done;
};
