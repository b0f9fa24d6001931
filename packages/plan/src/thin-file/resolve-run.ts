import type {
  ComponentKind,
  EnvironmentRule,
  ErrorItem,
  PlatformFile,
  Provenance,
  RunSpec,
  ThinFile,
} from '@pltf/contracts';
import { shellSyntaxIn, splitCommand } from '../command-line.ts';
import { nearest } from '../nearest.ts';
import { durationMs, instanceRange } from '../units.ts';
import { fittingSize, largestSize, rawSize, type Size, sizesIn } from './sizes.ts';
import { findStartCommand, type RepositoryRoot } from './start-command.ts';

export type RunSection = NonNullable<ThinFile['run']>;

/** One environment's way to run, with the place of each of its values. */
export interface RunRequest {
  readonly kind: ComponentKind;
  readonly run: RunSection;
  readonly platform: PlatformFile;
  readonly environment: EnvironmentRule;
  /** Instances where the file says nothing, and why. */
  readonly fewest: { readonly instances: number; readonly because: string };
  /** What the repository offers, where that is known. */
  readonly root: RepositoryRoot | undefined;
  readonly where: (key: keyof RunSection) => string;
  readonly report: (problem: ErrorItem) => void;
  /** Told of each value that the file does not say. */
  readonly explain: (key: keyof RunSection | 'folder', provenance: Provenance) => void;
}

/** What times are where the file says nothing, and the longest they may be. */
const times = {
  drain: { usual: '30s', longest: '1h', fix: 'Have the program end its work within an hour.' },
  startTimeout: {
    ...{ usual: '30s', longest: '10m' },
    fix: 'Have it serve sooner, and do long work of its start afterwards.',
  },
} as const;
const siteFolder = 'public';
const mostInstances = 100;

/** The section with every default filled in; undefined when a problem was reported. */
export function resolveRun(request: RunRequest): RunSpec | undefined {
  const { run, kind } = request;
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
  const alive = commandOf(checked, 'alive');
  commandOf(checked, 'build');
  const instances = instancesOf(checked);
  const drainMs = timeOf(checked, 'drain');
  const startTimeoutMs = timeOf(checked, 'startTimeout');
  if (size !== undefined && instances !== undefined) checkQuota(checked, size, instances.maximum);
  if (!sound || size === undefined || instances === undefined) return undefined;
  const folder = kind === 'site' && command === undefined ? { folder: siteFolder } : {};
  if (kind === 'site' && command === undefined)
    explainDefault(request, 'folder', 'A site without a command is the folder `public`.');
  return {
    ...(run.build === undefined ? {} : { build: run.build }),
    ...(command === undefined ? {} : { command }),
    ...folder,
    ...(run.port === undefined ? {} : { port: run.port }),
    ...(run.health === undefined ? {} : { health: run.health }),
    ...(run.metrics === undefined ? {} : { metrics: run.metrics }),
    ...(alive === undefined ? {} : { alive }),
    ...size,
    instances,
    env: asText(run.env ?? {}),
    ...(run.buildArgs === undefined ? {} : { buildArgs: asText(run.buildArgs) }),
    ...(release === undefined ? {} : { release }),
    drainMs,
    startTimeoutMs,
    ...(run.volume === undefined ? {} : { volume: run.volume }),
  };
}

const asText = (
  values: Readonly<Record<string, string | number | boolean>>,
): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

const explainDefault = (
  { explain }: RunRequest,
  key: Parameters<RunRequest['explain']>[0],
  because: string,
): void => explain(key, { source: 'default', because });

type SizedRun = Pick<RunSpec, 'size' | 'memoryMiB' | 'cpu'>;

function sizeOf(request: RunRequest): SizedRun | undefined {
  const { run, platform, environment, where, report, explain } = request;
  const allowed = sizesIn(platform, environment);
  const raw = run.size === undefined ? undefined : rawSize(run.size);
  if (run.size !== undefined && raw !== undefined) return rawSizeOf(request, run.size, raw);
  const name = run.size ?? [...allowed.keys()][0];
  const size = name === undefined ? undefined : allowed.get(name);
  if (name !== undefined && size !== undefined) {
    if (run.size === undefined) {
      const because = `The first size that ${environment.name} allows.`;
      explain('size', { source: 'platform-file', because });
    }
    return { size: name, memoryMiB: size.memoryMiB, cpu: size.cpu };
  }
  const names = [...allowed.keys()];
  const isKnown = name !== undefined && Object.hasOwn(platform.sizes, name);
  const meant = isKnown ? undefined : nearest(name ?? '', names);
  const fix =
    meant === undefined
      ? `${isKnown ? environment.name : 'The platform'} has: ${names.join(', ')}.`
      : `Did you mean \`${meant}\`?`;
  const message = isKnown
    ? `the size \`${name}\` may not be used in ${environment.name}`
    : `there is no size \`${name ?? ''}\``;
  report({ where: where('size'), message, fix });
  return undefined;
}

function rawSizeOf(request: RunRequest, text: string, raw: Size): SizedRun | undefined {
  const { platform, environment, where, report } = request;
  const allowed = sizesIn(platform, environment);
  if (platform.rawSizes !== 'allowed' || environment.sizes !== undefined) {
    const [name, size] = fittingSize(allowed, raw) ?? largestSize(allowed) ?? [];
    const fix = `Use one of: ${[...allowed.keys()].join(', ')}${size === undefined ? '' : `; \`${name}\` has ${size.memoryMiB} MiB and ${size.cpu} of a processor`}.`;
    report({ where: where('size'), message: `\`${text}\` is not one of the sizes`, fix });
    return undefined;
  }
  if (raw.memoryMiB < 32 || raw.cpu < 0.05) {
    const message = `size: \`${text}\` is too small to run anything`;
    report({ where: where('size'), message, fix: 'At least 32Mi/0.05.' });
    return undefined;
  }
  return { size: text, ...raw };
}

/** What one component may take of an environment. */
function checkQuota(
  { environment, where, report }: RunRequest,
  { memoryMiB }: SizedRun,
  instances: number,
): void {
  const { quota, name } = environment;
  if (quota?.instances !== undefined && instances > quota.instances) {
    const message = `instances: ${instances} are more than the quota of ${name}`;
    report({ where: where('instances'), message, fix: `At most ${quota.instances}.` });
  }
  if (quota?.memoryMiB !== undefined && memoryMiB * instances > quota.memoryMiB) {
    const message = `${instances} times ${memoryMiB} MiB are more than the quota of ${name}`;
    const fix = `Take a smaller size or fewer instances: at most ${quota.memoryMiB} MiB in all.`;
    report({ where: where('size'), message, fix });
  }
}

/** The file's own command, or what the repository offers. A site has none: the platform serves its folder. */
function startOf(request: RunRequest): readonly string[] | undefined {
  const { run, kind, root, where, report, explain } = request;
  if (run.command !== undefined) return commandOf(request, 'command');
  if (root === undefined) return undefined;
  if (kind === 'site') {
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
  const found = findStartCommand(kind, root);
  if (found === undefined) {
    const fix = 'Add `run: {command: node server.js}`, or a script `start` in package.json.';
    report({ where: where('command'), message: 'nothing says how to start it', fix });
  } else {
    const because = `What ${found.file} in the repository says.`;
    explain('command', { source: 'repository', where: found.file, because });
  }
  return found?.command;
}

function commandOf(
  { run, where, report }: RunRequest,
  key: 'alive' | 'build' | 'command' | 'release',
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

function instancesOf(request: RunRequest): RunSpec['instances'] | undefined {
  const { run, fewest, where, report } = request;
  const byDefault = run.volume === undefined ? fewest.instances : 1;
  if (run.instances === undefined) {
    explainDefault(
      request,
      'instances',
      byDefault > 1 ? fewest.because : 'One, where nothing else is said.',
    );
  }
  const range = instanceRange(run.instances ?? byDefault);
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

function timeOf(request: RunRequest, key: keyof typeof times): number {
  const { run, where, report } = request;
  const { usual, longest, fix } = times[key];
  if (run[key] === undefined) explainDefault(request, key, 'Where nothing else is said.');
  const time = durationMs(run[key] ?? usual);
  if (time > durationMs(longest)) {
    const message = `${key}: ${String(run[key])} is longer than ${longest}`;
    report({ where: where(key), message, fix });
  }
  return time;
}
