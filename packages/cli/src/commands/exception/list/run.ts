import type { ExceptionState } from '@pltf/contracts';
import { componentName, teamName } from '../../../api/names.ts';
import { collect } from '../../../api/pages.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { exceptionTable } from '../../../view/exceptions.ts';
import type { exceptionListCommand } from './command.ts';

/** Lists exceptions. */
export const run: Run<typeof exceptionListCommand> = async (
  { options: { state, component, guardrail, team } },
  context,
) => {
  const filter = {
    // The command table admits states only.
    ...(state === undefined ? {} : { state: state as ExceptionState }),
    ...(component === undefined ? {} : { component: componentName(component) }),
    ...(guardrail === undefined ? {} : { guardrail }),
    ...(team === undefined ? {} : { team: teamName(team) }),
  };
  const client = await context.api();
  const items = await collect((page) => client.listExceptions({ query: { ...filter, ...page } }));
  if (context.json) context.out.document({ items });
  else if (items.length === 0) context.out.print('No exceptions.');
  else exceptionTable(context.out, items, Date.now());
  return exit.done;
};
