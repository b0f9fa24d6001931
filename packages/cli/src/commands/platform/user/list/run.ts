import type { Run } from '../../../../command.ts';
import { list } from '../../../list/run.ts';
import type { platformUserListCommand } from './command.ts';

/** Lists people. */
export const run: Run<typeof platformUserListCommand> = (_invocation, context) =>
  list(context, 'users');
