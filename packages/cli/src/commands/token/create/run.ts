import { type Client, PltfError, TokenScope } from '@pltf/contracts';
import { userName } from '../../../api/names.ts';
import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { safe } from '../../../output/safe-text.ts';
import type { tokenCreateCommand } from './command.ts';

/** Makes a token. Standard output gets its text and nothing else, so that `$(…)` can take it. */
export const run: Run<typeof tokenCreateCommand> = async (
  { arguments: { label }, options: { scope, days, machine } },
  context,
) => {
  const body = {
    name: checkedLabel(label),
    scopes:
      scope.length === 0 ? [...TokenScope.options] : TokenScope.array().parse([...new Set(scope)]),
    ...(days === undefined ? {} : { days }),
    ...(machine === undefined ? {} : { machine: userName(machine) }),
  };
  const client: Client = await context.api();
  const made = await sendOnce((call) => client.createToken({ body }, call));
  const { out, err, json } = context;
  if (json) {
    out.document(made);
    return exit.done;
  }
  out.print(safe(made.token));
  err.print(
    `It may ${made.scopes.join(', ')} until ${made.expiresAt.slice(0, 10)} and is shown this once.`,
  );
  err.print(`\`pltf token revoke ${made.id}\` ends it.`);
  return exit.done;
};

function checkedLabel(label: string): string {
  if (label.length >= 1 && label.length <= 100) return label;
  throw new PltfError('usage-invalid', {
    detail: 'What a token is for is said in 1 to 100 characters.',
  });
}
