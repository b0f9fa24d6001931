import { choosePlacement } from '../../api/placements.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { steadyLines } from '../../follow/log-lines.ts';
import { printLogLine } from '../../view/log-line.ts';
import type { logsCommand } from './command.ts';

/** After a break of the stream, this many past lines are read again to find the place. */
const rereadLines = 1000;

/** Shows log lines of all instances of a placement. */
export const run: Run<typeof logsCommand> = async ({ arguments: { name }, options }, context) => {
  const { env, branch, follow, tail, instance } = options;
  const client = await context.api();
  const placement = await choosePlacement(context, client, { name, env, branch });
  const params = { placement: placement.id };
  const filter = instance === undefined ? {} : { instance };
  const show = (line: Parameters<typeof printLogLine>[1]) =>
    context.json ? context.out.jsonLine(line) : printLogLine(context.out, line);
  if (!follow) {
    const query = { ...filter, ...(tail === undefined ? {} : { tail }) };
    for await (const line of client.placementLogs({ params, query })) show(line);
    return exit.done;
  }
  const { interrupted: signal } = context;
  const open = (again: boolean) => {
    const lines = again ? rereadLines : tail;
    const query = { ...filter, follow: 'true', ...(lines === undefined ? {} : { tail: lines }) };
    return client.placementLogs({ params, query }, { signal });
  };
  for await (const line of steadyLines(open, signal)) show(line);
  return exit.done;
};
