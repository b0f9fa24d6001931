import { PltfError } from '@pltf/contracts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { because, rollOut } from '../roll-out.ts';
import type { scaleCommand } from './command.ts';

/** Changes the number of instances, and says for how long. */
export const run: Run<typeof scaleCommand> = async (
  { arguments: { name, instances: text }, options: { env, branch, why } },
  context,
) => {
  const instances = count(text);
  const code = await rollOut(context, { name, env, branch }, (client, placement, call) =>
    client.scale({ params: { placement }, body: { instances, ...because(why) } }, call),
  );
  if (code === exit.done && !context.json)
    context.err.print(
      `Until its next release, which takes the number from pltf.yaml: \`run: {instances: ${instances}}\` keeps it.`,
    );
  return code;
};

function count(text: string): number {
  const number = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= 100) return number;
  throw new PltfError('usage-invalid', {
    detail: `"${text.slice(0, 20)}" is no number of instances from 1 to 100.`,
    fix:
      text === '0' ? '`pltf stop` stops all instances.' : 'For example `pltf scale users-api 3`.',
  });
}
