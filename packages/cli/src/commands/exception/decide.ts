import { type ExceptionView, PltfError } from '@pltf/contracts';
import { idOf } from '../../api/names.ts';
import type { ExitCode } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';

export const exceptionId = (text: string): string =>
  idOf(text, '`pltf exception list` shows the ids.');

/** The reason that goes with a decision. */
export function reasonOf(reason: string | undefined, verb: string): string {
  if (reason !== undefined && reason.trim().length >= 3) return reason;
  throw new PltfError('usage-invalid', {
    detail: '--reason is needed, and says why',
    fix: `See \`pltf exception ${verb} --help\`.`,
  });
}

/** Says how an exception stands after a decision. */
export function printDecided({ out, json }: Context, decided: ExceptionView): ExitCode {
  if (json) out.document(decided);
  else
    out.print(
      `${out.style.green('✔')} ${decided.id} (${safe(decided.guardrail)}, ${safe(decided.scope.component)}) is ${decided.state}.`,
    );
  return exit.done;
}
