import type { Run } from '../../../command.ts';
import { list } from '../../list/run.ts';
import type { tokenListCommand } from './command.ts';

/** Lists tokens. */
export const run: Run<typeof tokenListCommand> = (_invocation, context) => list(context, 'tokens');
