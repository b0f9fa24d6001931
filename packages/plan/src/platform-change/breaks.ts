import type { EnvironmentRule, PlatformBreak, PlatformFile } from '@pltf/contracts';
import type { PlacedView, RunningPlacement } from './placed.ts';

/** One thing that a change would take from one placement. */
export type Break = Pick<PlatformBreak, 'kind' | 'message' | 'fix'>;

interface Change {
  readonly before: PlatformFile;
  readonly after: PlatformFile;
  /** Environments whose placements are to be taken out, as somebody has said. */
  readonly takeOut: readonly string[];
}

const ruleOf = ({ environments }: PlatformFile, name: string): EnvironmentRule | undefined =>
  environments.find((environment) => environment.name === name);

/** What a change of the platform would take from a placement that runs: all of it, not only the first. */
export function breaksOf(
  change: Change,
  placement: RunningPlacement,
  before: PlacedView | undefined,
  after: PlacedView | undefined,
): readonly Break[] {
  const rule = ruleOf(change.after, placement.environment);
  const was = ruleOf(change.before, placement.environment);
  if (rule === undefined) return environmentGone(change, placement, was);
  return [
    ...kindChange(was, rule),
    ...sizeBreaks(change, placement, was, rule),
    ...offerBreaks(change, placement, was, rule),
    ...addressBreaks(before, after),
  ];
}

/** What was said once is not asked again: an environment that was gone before is on its way out. */
function environmentGone(
  { before, takeOut }: Change,
  { environment }: RunningPlacement,
  was: EnvironmentRule | undefined,
): readonly Break[] {
  const driver = before.runtimes[was?.runtime ?? '']?.driver;
  const onCluster = driver !== undefined && driver !== 'agent';
  if (was === undefined || (onCluster && takeOut.includes(environment))) return [];
  const keep = 'Keep it until nothing runs there any more: `pltf list` shows what does.';
  const waves = `\`--take-out ${environment}\` of \`pltf platform apply\` takes it out in waves, with all that it holds.`;
  return [
    {
      kind: 'environment',
      message: `the environment \`${environment}\` is gone, and something runs there`,
      fix: onCluster ? `${keep} ${waves}` : keep,
    },
  ];
}

const kindChange = (was: EnvironmentRule | undefined, rule: EnvironmentRule): readonly Break[] =>
  was === undefined || was.kind === rule.kind
    ? []
    : [
        {
          kind: 'environment',
          message: `\`${rule.name}\` was ${was.kind} and becomes ${rule.kind}`,
          fix: `Give the ${rule.kind} environment a name of its own.`,
        },
      ];

function sizeBreaks(
  { before, after }: Change,
  { spec, environment }: RunningPlacement,
  was: EnvironmentRule | undefined,
  rule: EnvironmentRule,
): readonly Break[] {
  const size = spec.run[environment]?.size;
  if (size === undefined) return [];
  const named = Object.hasOwn(before.sizes, size);
  if (named && !Object.hasOwn(after.sizes, size)) {
    const fix = `Keep \`${size}\` until their thin files name another size.`;
    return [{ kind: 'size', message: `the size \`${size}\` is gone, and something has it`, fix }];
  }
  if (!named && before.rawSizes === 'allowed' && after.rawSizes === 'refused') {
    const fix = 'Add a size of the same numbers, and keep `rawSizes: allowed` until they name it.';
    return [{ kind: 'size', message: 'sizes in numbers are refused, and something has one', fix }];
  }
  const allowed = (list: readonly string[] | undefined): boolean => list?.includes(size) ?? true;
  if (!named || allowed(rule.sizes) || !allowed(was?.sizes)) return [];
  const message = `the size \`${size}\` is no longer allowed in \`${rule.name}\`, and something has it there`;
  return [
    { kind: 'size', message, fix: `Keep it allowed there until their thin files name another.` },
  ];
}

function offerBreaks(
  { before, after }: Change,
  { spec, environment }: RunningPlacement,
  was: EnvironmentRule | undefined,
  rule: EnvironmentRule,
): readonly Break[] {
  return Object.values(spec.needs[environment] ?? {}).flatMap((need): readonly Break[] => {
    if (need.kind !== 'offer') return [];
    const { offer, plan } = need;
    const had = before.offers[offer]?.plans[plan] !== undefined;
    const fix = 'Keep it until their thin files name another.';
    if (had && after.offers[offer]?.plans[plan] === undefined) {
      const what =
        after.offers[offer] === undefined ? `offer \`${offer}\`` : `plan \`${offer}/${plan}\``;
      return [{ kind: 'offer', message: `the ${what} is gone, and something is bound to it`, fix }];
    }
    const allowed = (list: readonly string[] | undefined): boolean => list?.includes(offer) ?? true;
    if (!had || allowed(rule.offers) || !allowed(was?.offers)) return [];
    const message = `the offer \`${offer}\` is no longer allowed in \`${rule.name}\`, and something is bound to it there`;
    return [{ kind: 'offer', message, fix }];
  });
}

/** An address is a promise to everybody who uses it: a change of the domain or of the line must not take it away. */
function addressBreaks(
  before: PlacedView | undefined,
  after: PlacedView | undefined,
): readonly Break[] {
  const name = before?.object.metadata.name;
  const from = before?.object.spec.routes[0]?.host;
  const to = after?.object.spec.routes[0]?.host;
  if (name === undefined || from === undefined || to === undefined || from === to) return [];
  const shape = (host: string): string => `NAME${host.slice(name.length)}`;
  return [
    {
      kind: 'address',
      message: `addresses would change from ${shape(from)} to ${shape(to)}`,
      fix: 'Keep `domain` and the last environment of the line as they are while something runs there; a new environment goes before the last one.',
    },
  ];
}
