import { componentName } from '../../api/names.ts';
import { collect } from '../../api/pages.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { watchEvents } from '../../follow/watch.ts';
import { printEvent } from '../../view/event-line.ts';
import type { activityCommand } from './command.ts';

const usual = 30;

/** Shows events, oldest first, and stays for more when asked. */
export const run: Run<typeof activityCommand> = async (
  { arguments: { name }, options: { follow, limit } },
  context,
) => {
  const filter = name === undefined ? {} : { component: componentName(name) };
  const client = await context.api();
  const past = await collect(
    (page) => client.listEvents({ query: { ...filter, ...page } }),
    limit ?? usual,
  );
  const { out, json } = context;
  const newest = past[0]?.seq ?? 0;
  past.reverse();
  if (json && !follow) {
    out.document({ items: past });
    return exit.done;
  }
  const show = (event: (typeof past)[number]) =>
    json ? out.jsonLine(event) : printEvent(out, event);
  for (const event of past) show(event);
  if (!follow) return exit.done;
  const watch = watchEvents(client, { ...filter, after: newest }, context.interrupted);
  while (!context.interrupted.aborted) {
    for (const event of await watch.next()) show(event);
  }
  return exit.done;
};
