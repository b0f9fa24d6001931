import { collect } from '../../api/pages.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { auditTable } from '../../view/people.ts';
import type { auditCommand } from './command.ts';

const usual = 50;

/** Shows the audit trail, newest first. */
export const run: Run<typeof auditCommand> = async (
  { options: { actor, target, limit } },
  context,
) => {
  const filter = {
    ...(actor === undefined ? {} : { actor }),
    ...(target === undefined ? {} : { target }),
  };
  const client = await context.api();
  const entries = await collect(
    (page) => client.listAudit({ query: { ...filter, ...page } }),
    limit ?? usual,
  );
  if (context.json) context.out.document({ items: entries });
  else if (entries.length === 0) context.err.print('No entry matches.');
  else auditTable(context.out, entries);
  return exit.done;
};
