import { PltfError } from '@pltf/contracts';
import { userName } from '../../../api/names.ts';
import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import type { Context } from '../../../context.ts';
import { exit } from '../../../exit.ts';
import { printException } from '../../../view/exceptions.ts';
import { exceptionId, reasonOf } from '../decide.ts';
import type { exceptionApproveCommand } from './command.ts';

/** Approves an exception once a person has seen what it exempts. */
export const run: Run<typeof exceptionApproveCommand> = async (
  { arguments: { id }, options: { reason, owner } },
  context,
) => {
  const params = { id: exceptionId(id) };
  const why = reasonOf(reason, 'approve');
  const client = await context.api();
  const shown = await client.getException({ params });
  if (!context.json) printException(context.err, shown, Date.now());
  await confirm(context, id);
  const body = {
    reason: why,
    // Exactly what was shown, or the platform refuses.
    seen: shown.exemptsDigest,
    ...(owner === undefined ? {} : { owner: userName(owner) }),
  };
  const approved = await sendOnce((call) => client.approveException({ params, body }, call));
  if (context.json) context.out.document(approved);
  else
    context.out.print(
      `${context.out.style.green('✔')} ${approved.id} is approved until ${approved.expiresAt.slice(0, 10)}.`,
    );
  return exit.done;
};

/** Ends only when a person said yes to what was shown, or said `--yes` beforehand. */
async function confirm({ yes, input, err, json }: Context, id: string): Promise<void> {
  if (yes) return;
  if (!input.interactive || json) {
    throw new PltfError('usage-invalid', {
      detail: `Approving ${id} was not confirmed, and nobody can be asked here. Nothing was changed.`,
      fix: `\`pltf exception show ${id}\` says what it exempts; --yes approves exactly that.`,
    });
  }
  err.write('Approve this? [y/N] ');
  const typed = await input.readLine(false);
  if (typed?.trim().toLowerCase().startsWith('y') === true) return;
  throw new PltfError('not-confirmed', { detail: 'It was not approved.' });
}
