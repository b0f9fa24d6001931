import type { Spec } from '@pltf/contracts';
import { type Context, fromFile, fromPlatform } from './resolve-context.ts';
import { resolveEnvironments } from './resolve-environments.ts';
import { checkKind } from './resolve-kind.ts';
import { resolvePolicy, resolveSchedule } from './resolve-sections.ts';

const defaultTier = 3;

export type Whole = Pick<
  Spec,
  | 'kind'
  | 'name'
  | 'description'
  | 'owner'
  | 'tier'
  | 'path'
  | 'environments'
  | 'policy'
  | 'budget'
  | 'schedule'
>;

/** What is the same in every environment. */
export function resolveWhole(context: Context): Whole {
  const { file, platform } = context;
  checkKind(context);
  const environments = resolveEnvironments(context);
  for (const key of ['kind', 'name', 'description', 'path', 'budget'] as const) {
    if (file[key] !== undefined) context.explain(key, fromFile(context, [key]));
  }
  const because = 'The team that answers for what names none.';
  context.explain(
    'owner',
    file.owner === undefined
      ? fromPlatform(context, ['defaultTeam'], because)
      : fromFile(context, ['owner']),
  );
  const schedule = resolveSchedule(context);
  return {
    kind: file.kind,
    name: file.name,
    description: file.description ?? '',
    owner: file.owner ?? platform.defaultTeam,
    tier: resolveTier(context),
    ...(file.path === undefined ? {} : { path: file.path }),
    environments: [...environments],
    policy: { ...resolvePolicy(context) },
    ...(file.budget === undefined ? {} : { budget: file.budget.replace('/month', '') }),
    ...(schedule === undefined ? {} : { schedule }),
  };
}

function resolveTier(context: Context): number {
  const { file, goldenPath } = context;
  const byPath = goldenPath?.defaults.tier;
  if (file.tier !== undefined) context.explain('tier', fromFile(context, ['tier']));
  else if (goldenPath !== undefined && byPath !== undefined) {
    const where = `${goldenPath.id}@${goldenPath.version}`;
    const because = `The golden path ${goldenPath.id} says so where the thin file says nothing.`;
    context.explain('tier', { source: 'golden-path', where, because });
  } else context.explain('tier', { source: 'default', because: 'Only a team notices.' });
  return file.tier ?? byPath ?? defaultTier;
}
