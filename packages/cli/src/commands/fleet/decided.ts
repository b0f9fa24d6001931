import type { FleetChangeView } from '@pltf/contracts';
import type { ExitCode } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { printChange } from '../../view/fleet.ts';

/** Shows how a change stands after a decision. */
export function decided({ out, json }: Context, change: FleetChangeView): ExitCode {
  if (json) out.document(change);
  else printChange(out, change);
  return exit.done;
}
