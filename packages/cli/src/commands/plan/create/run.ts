import type { Run } from '../../../command.ts';
import { showPlan } from '../../../view/creation-plan.ts';
import { creationRequest } from '../../create/request.ts';
import type { planCreateCommand } from './command.ts';

/** Shows what a creation would make. */
export const run: Run<typeof planCreateCommand> = async (
  { arguments: { kind, name }, options },
  context,
) => {
  const body = creationRequest({ kind, name, options });
  const client = await context.api();
  return showPlan(context, await client.planComponent({ body }));
};
