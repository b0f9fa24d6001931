import { PltfError } from '@pltf/contracts';
import type { Run } from '../../command.ts';
import { because, rollOut } from '../roll-out.ts';
import type { scaleCommand } from './command.ts';

/** Changes the number of instances. */
export const run: Run<typeof scaleCommand> = (
  { arguments: { name, instances: text }, options: { env, branch, why } },
  context,
) => {
  const instances = count(text);
  return rollOut(context, { name, env, branch }, (client, placement, call) =>
    client.scale({ params: { placement }, body: { instances, ...because(why) } }, call),
  );
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
