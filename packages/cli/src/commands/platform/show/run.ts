import type { PlatformFile, PlatformView } from '@pltf/contracts';
import type { Run } from '../../../command.ts';
import type { Context } from '../../../context.ts';
import { exit } from '../../../exit.ts';
import { safe } from '../../../output/safe-text.ts';
import { pairs, table } from '../../../output/table.ts';
import { ago } from '../../../output/time.ts';
import { writeFiles } from '../folder.ts';
import type { platformShowCommand } from './command.ts';

/** Shows the platform in force, or writes the files of a version. */
export const run: Run<typeof platformShowCommand> = async (
  { options: { version, write } },
  context,
) => {
  const client = await context.api();
  if (version !== undefined) {
    const shown = await client.getPlatformVersion({ params: { number: version } });
    if (write !== undefined) writeFiles(context, write, shown.files);
    else if (context.json) context.out.document(shown);
    else printFiles(context, shown.files);
    return exit.done;
  }
  const shown = await client.getPlatform({});
  if (write !== undefined) writeFiles(context, write, shown.files);
  else if (context.json) context.out.document(shown);
  else print(context, shown);
  return exit.done;
};

function printFiles({ out }: Context, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    out.print(out.style.dim(`# ${safe(path)}`));
    for (const line of text.trimEnd().split('\n')) out.print(safe(line));
  }
}

function print(
  { out }: Context,
  { version, file, files, source, managedBy, docker, refused }: PlatformView,
) {
  const { style } = out;
  const { number, author, createdAt, why } = version;
  const when = createdAt === undefined ? '' : `, ${ago(createdAt, Date.now())}`;
  const documents = Object.keys(files).length - 1;
  out.print(`${style.bold(safe(file.organisation))}, version ${number}`);
  const about = pairs(
    [
      ['Made by', safe(`${author}${when}${why === undefined ? '' : `: ${why}`}`)],
      [
        'Changed by',
        managedBy === 'operator'
          ? `the operator, in ${safe(source)}`
          : `\`pltf platform apply\`, or a push to ${safe(source)}`,
      ],
      ['Domain', safe(file.domain)],
      ['Guardrails', `${documents} ${documents === 1 ? 'file' : 'files'} of its own`],
      ['Containers', containersOf(docker)],
      ['Support', safe(file.support.promise)],
    ],
    style.dim,
  );
  for (const line of about) out.print(`  ${line}`);
  printEnvironments({ out }, file);
  if (refused !== undefined) {
    out.print();
    out.print(
      style.red(`A push of ${safe(refused.by)} (${refused.commit.slice(0, 8)}) is not in force:`),
    );
    for (const line of refused.reason.split('\n')) out.print(`  ${safe(line)}`);
  }
}

function containersOf(docker: PlatformView['docker']): string {
  if (docker === undefined) return 'not known: the agent does not answer';
  return docker.available
    ? `Docker Engine ${safe(docker.version ?? '')}`
    : `none (${safe(docker.detail ?? 'no engine answers')})`;
}

function printEnvironments({ out }: Pick<Context, 'out'>, file: PlatformFile): void {
  const { style, columns } = out;
  out.print();
  const rows = table(
    file.environments,
    [
      { title: 'ENVIRONMENT', value: ({ name }) => safe(name), cut: 'never', paint: style.bold },
      { title: 'KIND', value: ({ kind, ttl }) => (ttl === undefined ? kind : `${kind}, ${ttl}`) },
      { title: 'RUNTIME', value: ({ runtime }) => safe(runtime) },
      { title: 'REGION', value: ({ region }) => safe(region) },
      { title: 'SIZES', value: ({ sizes }) => safe((sizes ?? Object.keys(file.sizes)).join(', ')) },
      { title: 'APPROVED BY', value: ({ approvers }) => safe((approvers ?? []).join(', ')) },
    ],
    columns,
    style.dim,
  );
  for (const row of rows) out.print(row);
}
