import { AnswerRequest, PltfError } from '@pltf/contracts';
import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { printRequest, requestId } from '../../../view/requests.ts';
import type { requestAnswerCommand } from './command.ts';

/** Answers a request. */
export const run: Run<typeof requestAnswerCommand> = async (
  { arguments: { id, decision }, options: { reason } },
  context,
) => {
  const params = { id: requestId(id) };
  const body = AnswerRequest.safeParse({
    decision: decision === 'accept' ? 'accepted' : 'declined',
    reason: reason ?? '',
  });
  if (!body.success) {
    throw new PltfError('usage-invalid', {
      detail: `--reason: ${body.error.issues[0]?.message ?? 'is needed'}`,
      fix: 'See `pltf request answer --help`.',
    });
  }
  const client = await context.api();
  const answered = await sendOnce((call) =>
    client.answerRequest({ params, body: body.data }, call),
  );
  if (context.json) context.out.document(answered);
  else printRequest(context.out, answered, Date.now());
  return exit.done;
};
