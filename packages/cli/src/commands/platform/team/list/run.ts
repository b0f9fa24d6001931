import type { Run } from '../../../../command.ts';
import { list } from '../../../list/run.ts';
import type { platformTeamListCommand } from './command.ts';

/** Lists teams. */
export const run: Run<typeof platformTeamListCommand> = (_invocation, context) =>
  list(context, 'teams');
