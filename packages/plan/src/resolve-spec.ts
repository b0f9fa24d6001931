import type { ErrorItem, PlatformFile, RunSpec, Spec, ThinFile } from '@pltf/contracts';
import { splitCommand } from './command-line.ts';
import { durationMs, instanceRange } from './units.ts';

export type ResolvedSpec =
  | { readonly ok: true; readonly spec: Spec }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

type RunSection = NonNullable<ThinFile['run']>;

const defaultDrain = '30s';
const startTimeoutMs = 30_000;
const siteFolder = 'public';
/** Production keeps serving while one instance is replaced or dies. */
const defaultInstances = 1;

/** Fills in every default: the thin file first, then the platform file. All problems at once. */
export function resolveSpec(
  file: ThinFile,
  platform: PlatformFile,
  fileName = 'pltf.yaml',
): ResolvedSpec {
  const problems: ErrorItem[] = [];
  const stable = platform.environments
    .filter(({ kind }) => kind === 'stable')
    .map(({ name }) => name);
  const previews = platform.environments
    .filter(({ kind }) => kind === 'preview')
    .map(({ name }) => name);
  const environments = asked(file.env) ?? stable;
  for (const name of [...environments, ...Object.keys(file.envs ?? {})]) {
    if (![...stable, ...previews].includes(name)) {
      problems.push({
        where: `${fileName} env`,
        message: `there is no environment \`${name}\``,
        fix: `The platform has: ${[...previews, ...stable].join(', ')}.`,
      });
    }
  }
  // Promotion goes in the platform's order, whatever order the file lists.
  const ordered = stable.filter((name) => environments.includes(name));
  const run: Record<string, RunSpec> = {};
  const routes: Record<string, string[]> = {};
  for (const name of [...previews, ...ordered]) {
    const section: RunSection = { ...file.run, ...file.envs?.[name]?.run };
    const env = { ...file.run?.env, ...file.envs?.[name]?.run?.env };
    const resolved = resolveRun(
      file,
      { ...section, env },
      platform,
      `${fileName} run (${name})`,
      problems,
    );
    if (resolved !== undefined) run[name] = resolved;
    routes[name] = [
      ...(file.envs?.[name]?.routes ?? (name === ordered.at(-1) ? (file.routes ?? []) : [])),
    ];
  }
  if (problems.length > 0) return { ok: false, problems: unique(problems) };
  return {
    ok: true,
    spec: {
      kind: file.kind,
      name: file.name,
      description: file.description ?? '',
      owner: file.owner ?? platform.defaultTeam,
      tier: file.tier ?? 3,
      ...(file.path === undefined ? {} : { path: file.path }),
      environments: ordered,
      policy: policyOf(file.policy),
      run,
      routes,
    },
  };
}

function resolveRun(
  file: ThinFile,
  run: RunSection,
  platform: PlatformFile,
  where: string,
  problems: ErrorItem[],
): RunSpec | undefined {
  const before = problems.length;
  const sizeName = run.size ?? Object.keys(platform.sizes)[0] ?? 'small';
  const size = platform.sizes[sizeName];
  if (size === undefined) {
    const fix = `The platform has: ${Object.keys(platform.sizes).join(', ')}.`;
    problems.push({ where, message: `there is no size \`${sizeName}\``, fix });
  }
  const command = commandOf(run.command, where, 'command', problems);
  const release = commandOf(run.release, where, 'release', problems);
  if (command === undefined && run.command === undefined && file.kind !== 'site') {
    problems.push({
      where,
      message: 'no command says how to start it',
      fix: 'Add `run: {command: node server.js}`.',
    });
  }
  const instances = instanceRange(run.instances ?? defaultInstances);
  if (instances === undefined || instances.minimum < 1) {
    problems.push({
      where,
      message: `instances ${String(run.instances)} is not a range from 1 up`,
      fix: 'Write 2, or 2..6.',
    });
  }
  if (problems.length > before || size === undefined || instances === undefined) return undefined;
  const env = Object.fromEntries(
    Object.entries(run.env ?? {}).map(([name, value]) => [name, String(value)]),
  );
  return {
    ...(run.build === undefined ? {} : { build: run.build }),
    ...(command === undefined ? {} : { command }),
    ...(file.kind === 'site' && command === undefined ? { folder: siteFolder } : {}),
    ...(run.port === undefined ? {} : { port: run.port }),
    ...(run.health === undefined ? {} : { health: run.health }),
    size: sizeName,
    memoryMiB: size.memoryMiB,
    cpu: size.cpu,
    instances,
    env,
    ...(release === undefined ? {} : { release }),
    drainMs: durationMs(run.drain ?? defaultDrain),
    startTimeoutMs,
    ...(run.volume === undefined ? {} : { volume: run.volume }),
  };
}

function commandOf(
  line: string | undefined,
  where: string,
  key: string,
  problems: ErrorItem[],
): readonly string[] | undefined {
  if (line === undefined) return undefined;
  const words = splitCommand(line);
  if (words === undefined) {
    problems.push({
      where,
      message: `${key}: a quote is never closed`,
      fix: 'Close it, or escape it with a backslash.',
    });
  }
  return words;
}

const asked = (env: ThinFile['env']): readonly string[] | undefined =>
  typeof env === 'string' ? [env] : env;

/** Both forms of `policy`: a map, or `pii=true, region=eu`. */
export function policyOf(policy: ThinFile['policy']): Record<string, string | boolean | number> {
  if (policy === undefined) return {};
  if (typeof policy !== 'string') return policy;
  const pairs = policy
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', value = 'true'] = pair.split('=').map((part) => part.trim());
      return [key, value === 'true' ? true : value === 'false' ? false : value];
    }),
  );
}

const unique = (problems: readonly ErrorItem[]): readonly ErrorItem[] => [
  ...new Map(problems.map((problem) => [`${problem.message}`, problem])).values(),
];
