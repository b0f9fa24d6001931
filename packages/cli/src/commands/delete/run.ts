import { type Client, type ComponentDetail, type OperationView, PltfError } from '@pltf/contracts';
import { componentName } from '../../api/names.ts';
import { sendOnce } from '../../api/send.ts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { followOperation, operationError, tellDetached } from '../../follow/operation.ts';
import { count } from '../../output/count.ts';
import { safe } from '../../output/safe-text.ts';
import { between, duration } from '../../output/time.ts';
import { printReceipt } from '../../view/receipt.ts';
import { because } from '../roll-out.ts';
import type { deleteCommand } from './command.ts';

/** Deletes a component once it is confirmed, and ends when all of it is gone. */
export const run: Run<typeof deleteCommand> = async (
  { arguments: { name }, options: { why } },
  context,
) => {
  const component = componentName(name);
  const client = await context.api();
  const detail = await client.getComponent({ params: { component } });
  if (!context.json) printWhatGoes(context, detail);
  await confirm(context, component);
  const query = { confirm: component, ...because(why) };
  const started = await sendOnce((call) =>
    client.deleteComponent({ params: { component }, query }, call),
  );
  return followDeletion(context, client, started);
};

/** Follows a deletion to its receipt; also for `attach`. */
export async function followDeletion(
  context: Context,
  client: Client,
  started: OperationView,
): Promise<number> {
  const operation = await followOperation(context, client, started.id);
  if (operation === undefined) {
    tellDetached(context, started.id);
    return exit.interrupted;
  }
  if (context.json) context.out.document(operation);
  else printReceipt(context.out, operation);
  const error = operationError(operation);
  if (error !== undefined) throw error;
  if (!context.json) {
    const took = between(operation.startedAt, operation.finishedAt);
    const { out } = context;
    const time = took === undefined ? '' : `, in ${duration(took)}`;
    // Never "gone" of what nobody has seen gone.
    const unknown = operation.receipt.some(({ outcome }) => outcome === 'unknown');
    out.print(
      unknown
        ? `${out.style.yellow('●')} ${safe(operation.subject)} is deleted${time}; whether its clusters have let go of it, nobody reports.`
        : `${out.style.green('✔')} ${safe(operation.subject)} is gone${time}.`,
    );
  }
  return exit.done;
}

function printWhatGoes({ err }: Context, detail: ComponentDetail): void {
  const { style } = err;
  err.print(`${style.bold(`Deleting ${safe(detail.name)}`)} removes for good:`);
  for (const { id, url, instances } of detail.placements) {
    err.print(
      `  ${safe(id)}: ${count(instances.length, 'instance')}${url === undefined ? '' : `, ${safe(url)}`}`,
    );
  }
  if (detail.repository !== undefined) {
    const { cloneUrl, branches } = detail.repository;
    err.print(
      `  repository ${safe(cloneUrl)} with ${count(branches.length, 'branch', 'branches')}`,
    );
  }
  const [newest] = detail.releases;
  err.print(
    `  all releases${newest === undefined ? '' : ` up to #${newest.number}`}, all runs and their logs`,
  );
}

/** Ends only when a person typed the name, or said `--yes` beforehand. */
async function confirm({ yes, input, err, json }: Context, name: string): Promise<void> {
  if (yes) return;
  if (!input.interactive || json) {
    throw new PltfError('usage-invalid', {
      detail: `Deleting ${name} was not confirmed, and nobody can be asked here. Nothing was changed.`,
      fix: `\`pltf delete ${name} --yes\` deletes it without asking.`,
    });
  }
  err.write(`Type ${name} to delete it: `);
  const typed = await input.readLine(false);
  if (typed?.trim() === name) return;
  throw new PltfError('not-confirmed', {
    detail:
      typed === undefined
        ? 'You left. Nothing was changed.'
        : `"${safe(typed)}" is not ${name}. Nothing was changed.`,
  });
}
