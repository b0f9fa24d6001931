import { longestStdin, PltfError } from '@pltf/contracts';
import { choosePlacement } from '../../api/placements.ts';
import type { Run } from '../../command.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { taskExit } from '../../follow/task.ts';
import { safe } from '../../output/safe-text.ts';
import { because } from '../roll-out.ts';
import type { execCommand } from './command.ts';

/** Runs a command inside an instance; its exit code becomes this program's. */
export const run: Run<typeof execCommand> = async (
  { arguments: { name }, options: { env, branch, instance, stdin, why }, rest },
  context,
) => {
  if (rest.length === 0) {
    throw new PltfError('usage-invalid', {
      detail: 'There is no command to run.',
      fix: `Put it after \`--\`: pltf exec ${name} -- env`,
    });
  }
  const client = await context.api();
  const { id: placement } = await choosePlacement(context, client, { name, env, branch });
  const chosen = instance === undefined ? {} : { instance };
  const read = stdin ? { stdin: await input(context) } : {};
  const body = { command: [...rest], ...read, ...chosen, ...because(why) };
  const lines = wholeLines(context);
  const call = { signal: context.interrupted };
  for await (const piece of client.execCommand({ params: { placement }, body }, call)) {
    if (context.json) context.out.jsonLine(piece);
    if ('exitCode' in piece) {
      lines.end();
      const { exitCode } = piece;
      return taskExit({ state: exitCode === exit.done ? 'passed' : 'failed', exitCode });
    }
    if (!context.json) lines.add(piece.stream, piece.text);
  }
  lines.end();
  return exit.failed;
};

async function input(context: Context): Promise<string> {
  const text = await context.input.readAll(longestStdin + 1);
  if (text.length <= longestStdin) return text;
  throw new PltfError('usage-invalid', {
    detail: `A command reads at most ${longestStdin} characters.`,
    fix: 'Put the rest into the image, or have the command fetch it.',
  });
}

/** Pieces end anywhere; what is printed ends where a line does. */
function wholeLines({ out, err }: Context) {
  const rest = { out: '', err: '' };
  const printers = { out, err };
  return {
    add: (stream: 'out' | 'err', text: string): void => {
      const parts = (rest[stream] + text).split('\n');
      rest[stream] = parts.pop() ?? '';
      for (const line of parts) printers[stream].print(safe(line));
    },
    end: (): void => {
      for (const stream of ['out', 'err'] as const) {
        if (rest[stream] !== '') printers[stream].print(safe(rest[stream]));
        rest[stream] = '';
      }
    },
  };
}
