import { failingLines } from './failing-lines.ts';
import { createLogCommandReader } from './log-commands.ts';
import type { StepFindings } from './run-operations.ts';
import { createLogReader, createMask } from './secret-masking.ts';
import type { TaskOutcome } from './step-runner.ts';

/** Lines kept of a log while it is read through for its end. */
const keptLines = 1500;
const lineCharacters = 2000;

/**
 * Reads the log of a task that has ended: what it told the runner, and why it failed. Secrets are masked,
 * and files of the workspace are named from its root, as people know them.
 */
export async function findingsOf(
  log: AsyncIterable<string>,
  outcome: TaskOutcome,
  secrets: readonly string[],
  workspace: string,
): Promise<StepFindings> {
  const commands = createLogCommandReader();
  const show = createLogReader(secrets);
  const fromRoot = (text: string) =>
    workspace === '' ? text : text.replaceAll(`${workspace}/`, '');
  let lines: string[] = [];
  for await (const whole of log) {
    const line = whole.slice(0, lineCharacters);
    commands.read(line);
    const shown = show(line);
    if (shown !== undefined)
      lines.push(workspace === '' ? shown : shown.replaceAll(`${workspace}/`, ''));
    if (lines.length > 2 * keptLines) lines = lines.slice(-keptLines);
  }
  const { annotations, masks, ignored } = commands.findings();
  const hide = createMask([...secrets, ...masks]);
  const masked = annotations.map((annotation) => ({
    ...annotation,
    message: fromRoot(hide(annotation.message)),
    ...(annotation.file === undefined ? {} : { file: fromRoot(hide(annotation.file)) }),
    ...(annotation.title === undefined ? {} : { title: hide(annotation.title) }),
  }));
  const failed = outcome.exitCode !== 0 || outcome.timedOut;
  return {
    annotations: masked,
    masks,
    notes: ignored.map(
      (name) =>
        `the command ::${name}:: is retired on GitHub and was ignored; write to the file instead`,
    ),
    ...(failed ? { failing: failingLines(lines.slice(-keptLines), masked) } : {}),
  };
}
