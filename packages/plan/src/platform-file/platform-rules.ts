import type { EnvironmentRule, ErrorItem, PlatformFile } from '@pltf/contracts';
import { nearest } from '../nearest.ts';
import { durationMs } from '../units.ts';
import type { YamlPlaces } from '../yaml-text.ts';
import { clusterProblems } from './cluster-rules.ts';
import { type GitOpsRule, repositoryProblems } from './repository-rules.ts';

type Path = readonly (string | number)[];

interface Context {
  readonly platform: PlatformFile;
  readonly places: YamlPlaces;
  readonly problems: ErrorItem[];
}

/** The longest an exception may last anywhere: what has no end in sight is a rule, not an exception. */
const longestExceptionMs = 2 * 365 * 86_400_000;

/** What the shape of a platform file allows and no platform can have; each problem with its place and a remedy. */
export function platformContradictions(
  platform: PlatformFile,
  places: YamlPlaces,
): readonly ErrorItem[] {
  const context: Context = { platform, places, problems: [] };
  if (Object.keys(platform.sizes).length === 0)
    refuse(
      context,
      ['sizes'],
      'sizes: at least one is needed',
      'Add one: `small: {memoryMiB: 256, cpu: 0.25}`.',
    );
  checkEnvironments(context);
  for (const [index, environment] of platform.environments.entries())
    checkEnvironment(context, environment, ['environments', index]);
  checkRuntimes(context);
  checkRings(context);
  checkOffers(context);
  checkExceptions(context);
  return context.problems;
}

function refuse(
  { problems, places }: Context,
  path: Path,
  message: string,
  fix: string | undefined,
): void {
  problems.push({ where: places.value(path), message, ...(fix === undefined ? {} : { fix }) });
}

/** A name that has to be one of those that the file itself defines. */
function known(
  context: Context,
  path: Path,
  what: string,
  name: string,
  names: readonly string[],
): void {
  if (names.includes(name)) return;
  const meant = nearest(name, names);
  const all =
    names.length === 0
      ? `This platform file defines no ${what}.`
      : `There is: ${names.slice(0, 20).join(', ')}.`;
  refuse(
    context,
    path,
    `there is no ${what} \`${name}\``,
    meant === undefined ? all : `Did you mean \`${meant}\`?`,
  );
}

function checkRings(context: Context): void {
  const { rings, environments, runtimes } = context.platform;
  for (const [index, ring] of rings.entries()) {
    const path = (...rest: (string | number)[]): Path => ['rings', index, ...rest];
    if (rings.findIndex(({ name }) => name === ring.name) < index)
      refuse(context, path('name'), `there are two rings \`${ring.name}\``, 'Keep one.');
    const names = environments.map(({ name }) => name);
    for (const [at, name] of (ring.environments ?? []).entries())
      known(context, path('environments', at), 'environment', name, names);
    for (const [at, name] of (ring.runtimes ?? []).entries())
      known(context, path('runtimes', at), 'runtime', name, Object.keys(runtimes));
  }
}

function checkEnvironments(context: Context): void {
  const { environments } = context.platform;
  for (const [index, { name }] of environments.entries()) {
    if (environments.findIndex((other) => other.name === name) < index)
      refuse(
        context,
        ['environments', index, 'name'],
        `there are two environments \`${name}\``,
        'Keep one.',
      );
  }
  if (!environments.some(({ kind }) => kind === 'stable'))
    refuse(
      context,
      ['environments'],
      'environments: at least one has to be stable',
      'Add one: `- name: prod`.',
    );
}

function checkEnvironment(context: Context, environment: EnvironmentRule, path: Path): void {
  const { platform } = context;
  known(
    context,
    [...path, 'runtime'],
    'runtime',
    environment.runtime,
    Object.keys(platform.runtimes),
  );
  for (const [index, size] of (environment.sizes ?? []).entries())
    known(context, [...path, 'sizes', index], 'size', size, Object.keys(platform.sizes));
  for (const [index, offer] of (environment.offers ?? []).entries())
    known(context, [...path, 'offers', index], 'offer', offer, Object.keys(platform.offers));
  if (environment.sizes?.length === 0)
    refuse(
      context,
      [...path, 'sizes'],
      `nothing could run in \`${environment.name}\`: no size is allowed`,
      'Name one, or leave `sizes` out: then all are.',
    );
  checkKind(context, environment, path);
  checkQuota(context, environment, path);
}

function checkKind(context: Context, environment: EnvironmentRule, path: Path): void {
  const preview = environment.kind === 'preview';
  if (environment.ttl !== undefined && !preview)
    refuse(
      context,
      [...path, 'ttl'],
      `\`${environment.name}\` is stable: what runs there does not end by itself`,
      'Leave `ttl` out, or write `kind: preview`.',
    );
  if (preview && environment.follows === 'default-branch')
    refuse(
      context,
      [...path, 'follows'],
      'previews come with every branch',
      'Leave `follows` out.',
    );
  if (preview && (environment.approvers?.length ?? 0) > 0)
    refuse(
      context,
      [...path, 'approvers'],
      'a preview comes with its branch; there is nobody to ask',
      'Leave `approvers` out, or write `kind: stable`.',
    );
  if (
    !preview &&
    environment.follows === 'default-branch' &&
    (environment.approvers?.length ?? 0) > 0
  )
    refuse(
      context,
      [...path, 'approvers'],
      `\`${environment.name}\` follows the default branch by itself, without asking anybody`,
      'Leave `follows` out: releases then come by promotion.',
    );
}

/** A quota that not even one instance of the smallest size fits into allows nothing at all. */
function checkQuota(context: Context, { name, sizes, quota }: EnvironmentRule, path: Path): void {
  const { platform } = context;
  const most = quota?.memoryMiB;
  if (most === undefined) return;
  const usable = Object.entries(platform.sizes).filter(
    ([size]) => sizes === undefined || sizes.includes(size),
  );
  const smallest = Math.min(...usable.map(([, { memoryMiB }]) => memoryMiB));
  if (usable.length > 0 && smallest > most)
    refuse(
      context,
      [...path, 'quota', 'memoryMiB'],
      `nothing fits into \`${name}\`: its smallest size needs ${smallest} MiB`,
      'Raise the quota, or allow a smaller size.',
    );
}

function checkRuntimes(context: Context): void {
  const { environments, runtimes } = context.platform;
  const pulled: (readonly [string, GitOpsRule])[] = [];
  for (const [name, rule] of Object.entries(runtimes)) {
    if (rule.driver === 'agent') continue;
    const isUsed = environments.some(({ runtime }) => runtime === name);
    const problems = [
      ...clusterProblems(name, rule, isUsed),
      ...(rule.driver === 'gitops' ? repositoryProblems([name, rule], pulled) : []),
    ];
    if (rule.driver === 'gitops') pulled.push([name, rule]);
    for (const { key, message, fix } of problems)
      refuse(context, ['runtimes', name, ...key], message, fix);
  }
}

function checkOffers(context: Context): void {
  for (const [name, { plans, broker }] of Object.entries(context.platform.offers)) {
    if (Object.keys(plans).length === 0)
      refuse(
        context,
        ['offers', name, 'plans'],
        `the offer \`${name}\` has no plans`,
        'Add one: `small: {monthly: "5"}`.',
      );
    if (broker !== 'builtin' && !/^https?:\/\/[^\s@]+$/.test(broker))
      refuse(
        context,
        ['offers', name, 'broker'],
        `\`${broker.slice(0, 80)}\` is no broker`,
        'Write `builtin`, or the address of an Open Service Broker, without a password in it.',
      );
  }
}

function checkExceptions(context: Context): void {
  const { environments, exceptions } = context.platform;
  const tooLong = (path: Path, text: string): void => {
    if (durationMs(text) > longestExceptionMs)
      refuse(
        context,
        path,
        `${text} is longer than two years`,
        'What has no end in sight is a rule: change the guardrail.',
      );
  };
  tooLong(['exceptions', 'longest'], exceptions.longest);
  for (const [index, { longestException }] of environments.entries())
    if (longestException !== undefined)
      tooLong(['environments', index, 'longestException'], longestException);
}
