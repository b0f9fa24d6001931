import { type Client, type PlacementView, PltfError } from '@pltf/contracts';
import type { Context } from '../context.ts';
import { componentName, placementId } from './names.ts';

export interface PlacementWish {
  /** A component, or a placement itself: `users-api.prod`. */
  readonly name: string;
  readonly env?: string | undefined;
  readonly branch?: string | undefined;
  /** Which placements make sense when no environment is named. */
  readonly sensible?: (placement: PlacementView) => boolean;
}

/** The placement a command is about: the one named, or the only sensible one, which is then said. */
export async function choosePlacement(
  context: Context,
  client: Client,
  wish: PlacementWish,
): Promise<PlacementView> {
  if (wish.name.includes('.')) return namedPlacement(client, wish);
  const name = componentName(wish.name);
  const { placements } = await client.getComponent({ params: { component: name } });
  const named = placements.filter((each) => fits(each, wish));
  if (wish.env !== undefined || wish.branch !== undefined)
    return chosen(name, named, placements, wish);
  const sensible = placements.filter(wish.sensible ?? (() => true));
  const [only, ...others] = sensible;
  if (only === undefined) {
    throw new PltfError('not-found', {
      detail:
        placements.length === 0
          ? `${name} runs nowhere`
          : `${name} has no environment for this: ${describe(placements)}`,
      fix: `\`pltf show ${name}\` shows where it stands.`,
    });
  }
  if (others.length > 0) throw ambiguous(name, sensible);
  if (!context.json) {
    context.err.print(context.err.style.dim(`${only.id}: the only environment for this`));
  }
  return only;
}

async function namedPlacement(
  client: Client,
  { name, env, branch }: PlacementWish,
): Promise<PlacementView> {
  if (env !== undefined || branch !== undefined) {
    throw new PltfError('usage-invalid', {
      detail: `${name} names its environment already.`,
      fix: 'Leave out --env and --branch.',
    });
  }
  return client.getPlacement({ params: { placement: placementId(name) } });
}

const fits = (placement: PlacementView, { env, branch }: PlacementWish): boolean =>
  (env === undefined || placement.environment === env || placement.id === env) &&
  (branch === undefined || placement.branch === branch);

function chosen(
  name: string,
  named: readonly PlacementView[],
  all: readonly PlacementView[],
  { env, branch }: PlacementWish,
): PlacementView {
  const own = named.find((each) => each.id === `${name}.${env}`);
  const [first, ...others] = named;
  if (first !== undefined && (others.length === 0 || own !== undefined)) return own ?? first;
  if (first !== undefined) throw ambiguous(name, named);
  const wanted = [env, branch === undefined ? undefined : `branch ${branch}`]
    .filter(Boolean)
    .join(', ');
  throw new PltfError('not-found', {
    detail: `${name} is not in ${wanted}; it is in: ${describe(all)}`,
    fix: `\`pltf show ${name}\` shows where it runs.`,
  });
}

const describe = (placements: readonly PlacementView[]): string =>
  placements.length === 0 ? 'no environment' : placements.map(({ id }) => id).join(', ');

function ambiguous(name: string, placements: readonly PlacementView[]): PltfError {
  return new PltfError('usage-invalid', {
    detail: `${name} is in ${placements.length} environments; say which.`,
    fix: placements
      .map((each) => `${choice(each, placements)}   ${each.url ?? ''}`.trimEnd())
      .join('\n'),
  });
}

/** The shortest options that name a placement among others. */
function choice({ environment, branch, id }: PlacementView, all: readonly PlacementView[]): string {
  const alike = all.filter((each) => each.environment === environment).length;
  if (alike === 1) return `--env ${environment}`;
  return branch === undefined ? `--env ${id}` : `--env ${environment} --branch ${branch}`;
}
