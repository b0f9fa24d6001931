import { NewRequest, PltfError } from '@pltf/contracts';
import { componentName } from '../../../api/names.ts';
import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { printRequest } from '../../../view/requests.ts';
import type { requestCreateCommand } from './command.ts';

/** Asks for what does not fit. */
export const run: Run<typeof requestCreateCommand> = async (
  { arguments: { title }, options: { what, component } },
  context,
) => {
  const parsed = NewRequest.safeParse({
    title,
    what: what ?? '',
    ...(component === undefined ? {} : { component: componentName(component) }),
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PltfError('usage-invalid', {
      detail: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`,
      fix: 'See `pltf request create --help`.',
    });
  }
  const client = await context.api();
  const made = await sendOnce((call) => client.createRequest({ body: parsed.data }, call));
  if (context.json) context.out.document(made);
  else printRequest(context.out, made, Date.now());
  return exit.done;
};
