import type { ErrorItem, PlatformFile, RunSpec, ThinFile } from '@pltf/contracts';
import { shellSyntaxIn, splitCommand } from './command-line.ts';
import { nearest } from './nearest.ts';
import { type RepositoryRoot, startCommand } from './start-command.ts';
import { durationMs, instanceRange } from './units.ts';

export type RunSection = NonNullable<ThinFile['run']>;

/** One environment's way to run, with the place of each of its values. */
export interface RunRequest {
  readonly file: ThinFile;
  readonly run: RunSection;
  readonly platform: PlatformFile;
  /** What the repository offers, where that is known. */
  readonly root: RepositoryRoot | undefined;
  readonly where: (key: keyof RunSection) => string;
  readonly report: (problem: ErrorItem) => void;
}

const defaultDrain = '30s';
const longestDrainMs = 60 * 60_000;
const startTimeoutMs = 30_000;
const siteFolder = 'public';
const defaultInstances = 1;
const mostInstances = 100;

/** The section with every default filled in; undefined when a problem was reported. */
export function resolveRun(request: RunRequest): RunSpec | undefined {
  const { run, file } = request;
  let sound = true;
  const checked: RunRequest = {
    ...request,
    report: (problem) => {
      sound = false;
      request.report(problem);
    },
  };
  const size = sizeOf(checked);
  const command = startOf(checked);
  const release = commandOf(checked, 'release');
  commandOf(checked, 'build');
  const instances = instancesOf(checked);
  const drainMs = drainOf(checked);
  if (!sound || size === undefined || instances === undefined) return undefined;
  return {
    ...(run.build === undefined ? {} : { build: run.build }),
    ...(command === undefined ? {} : { command }),
    ...(file.kind === 'site' && command === undefined ? { folder: siteFolder } : {}),
    ...(run.port === undefined ? {} : { port: run.port }),
    ...(run.health === undefined ? {} : { health: run.health }),
    ...size,
    instances,
    env: Object.fromEntries(
      Object.entries(run.env ?? {}).map(([name, value]) => [name, String(value)]),
    ),
    ...(release === undefined ? {} : { release }),
    drainMs,
    startTimeoutMs,
    ...(run.volume === undefined ? {} : { volume: run.volume }),
  };
}

function sizeOf({
  run,
  platform,
  where,
  report,
}: RunRequest): Pick<RunSpec, 'size' | 'memoryMiB' | 'cpu'> | undefined {
  const names = Object.keys(platform.sizes);
  const name = run.size ?? names[0] ?? 'small';
  const size = Object.hasOwn(platform.sizes, name) ? platform.sizes[name] : undefined;
  if (size !== undefined) return { size: name, memoryMiB: size.memoryMiB, cpu: size.cpu };
  const meant = nearest(name, names);
  const fix =
    meant === undefined ? `The platform has: ${names.join(', ')}.` : `Did you mean \`${meant}\`?`;
  report({ where: where('size'), message: `there is no size \`${name}\``, fix });
  return undefined;
}

/** The file's own command, or what the repository offers. A site has none: the platform serves its folder. */
function startOf(request: RunRequest): readonly string[] | undefined {
  const { run, file, root, where, report } = request;
  if (run.command !== undefined) return commandOf(request, 'command');
  if (root === undefined) return undefined;
  if (file.kind === 'site') {
    if (run.build === undefined && !root.names.includes(`${siteFolder}/`)) {
      const fix = `Put the pages into \`${siteFolder}/\`, or name the build that makes them: \`run: {build: npm run build}\`.`;
      report({
        where: where('build'),
        message: `there is no folder \`${siteFolder}\` to serve`,
        fix,
      });
    }
    return undefined;
  }
  const found = startCommand(file.kind, root);
  if (found === undefined) {
    const fix = 'Add `run: {command: node server.js}`, or a script `start` in package.json.';
    report({ where: where('command'), message: 'nothing says how to start it', fix });
  }
  return found;
}

function commandOf(
  { run, where, report }: RunRequest,
  key: 'command' | 'build' | 'release',
): readonly string[] | undefined {
  const line = run[key];
  if (line === undefined) return undefined;
  const words = splitCommand(line);
  const syntax = words === undefined ? undefined : shellSyntaxIn(line);
  if (words === undefined) {
    const open = line.trim() !== '';
    const message = open ? `${key}: a quote is never closed` : `${key} is empty`;
    const fix = open
      ? 'Close it, or escape it with a backslash.'
      : 'Write a command, or leave it out.';
    report({ where: where(key), message, fix });
  } else if (syntax !== undefined) {
    const assignment = syntax.endsWith('=') ? 'Put variables under `run.env`, or write' : 'Write';
    const fix = `${assignment} \`sh -c '…'\`, or put it into a script.`;
    report({
      where: where(key),
      message: `${key}: \`${syntax}\` needs a shell, and there is none`,
      fix,
    });
  }
  return words;
}

function instancesOf({ run, where, report }: RunRequest): RunSpec['instances'] | undefined {
  const range = instanceRange(run.instances ?? defaultInstances);
  if (range === undefined || range.minimum < 1 || range.maximum > mostInstances) {
    const message = `instances: ${String(run.instances)} is no number or range between 1 and ${mostInstances}`;
    report({
      where: where('instances'),
      message,
      fix: 'Write 2, or 2..6. `pltf stop` stops all of them.',
    });
    return undefined;
  }
  if (run.volume !== undefined && range.maximum > 1) {
    const fix = 'Leave out `volume`, or run one instance.';
    report({
      where: where('instances'),
      message: 'with a volume there can be one instance only',
      fix,
    });
  }
  return range;
}

function drainOf({ run, where, report }: RunRequest): number {
  const drain = durationMs(run.drain ?? defaultDrain);
  if (drain > longestDrainMs) {
    const message = `drain: ${String(run.drain)} is longer than an hour`;
    report({
      where: where('drain'),
      message,
      fix: 'Have the program end its work within an hour.',
    });
  }
  return drain;
}
