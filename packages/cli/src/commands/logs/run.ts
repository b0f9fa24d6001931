import type { LogLine } from '@pltf/contracts';
import { choosePlacement } from '../../api/placements.ts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { steadyLines } from '../../follow/log-lines.ts';
import { safe } from '../../output/safe-text.ts';
import { printLogLine } from '../../view/log-line.ts';
import type { logsCommand } from './command.ts';

/** After a break of the stream, this many past lines are read again to find the place. */
const rereadLines = 1000;

/** Shows log lines of all instances of a placement. */
export const run: Run<typeof logsCommand> = async ({ arguments: { name }, options }, context) => {
  const { env, branch, follow, tail, instance, raw } = options;
  const client = await context.api();
  const placement = await choosePlacement(context, client, { name, env, branch });
  const params = { placement: placement.id };
  const filter = instance === undefined ? {} : { instance };
  const show = (line: LogLine) => showLine(context, line, raw);
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

function showLine({ out, err, json }: Context, line: LogLine, raw: boolean): void {
  if (json) out.jsonLine(line);
  else if (!raw) printLogLine(out, line);
  // What the platform says is no line of the program; whoever reads on would stumble over it.
  else (line.stream === 'platform' ? err : out).print(safe(line.text));
}
