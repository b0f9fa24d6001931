import type { DriftedField, PlacementObject, Plan, PlatformFile } from '@pltf/contracts';
import { readThinFileOrScore, withChanges } from '@pltf/plan';
import { explainField, readField, withAdoptions } from '@pltf/plan/render';
import type { DriftChoice } from '../runtime/index.ts';

/** Where a placement stands: what a change of its thin file has to be about. */
export interface Standing {
  readonly id: string;
  readonly component: string;
  readonly environment: string;
  /** The newest plan of the component; without placements when its thin file is not valid. */
  readonly plan: Plan;
  readonly platform: PlatformFile;
  readonly thinFile: string | undefined;
}

export const matches = (
  { object, field }: Pick<DriftedField, 'object' | 'field'>,
  choice: DriftChoice,
): boolean =>
  (choice.object === undefined || choice.object === object) &&
  (choice.field === undefined || choice.field === field);

export const objectOf = ({ plan, environment }: Standing): PlacementObject | undefined =>
  plan.placements.find(({ spec }) => spec.environment === environment);

/** With what to write into the thin file, where it has a word for the field. */
export function adoptable(
  drift: readonly DriftedField[],
  standing: Standing,
): readonly DriftedField[] {
  const { platform, environment } = standing;
  const placement = objectOf(standing);
  if (placement === undefined) return drift;
  const rule = platform.environments.find(({ name }) => name === environment);
  const sizes = new Map(
    Object.entries(platform.sizes).filter(([name]) => rule?.sizes?.includes(name) ?? true),
  );
  return withAdoptions(drift, { placement, sizes });
}

type Adoption = NonNullable<DriftedField['adopt']>;

/** Text, except where the thin file wants a number or a list. */
function valueOf({ path, value }: Adoption): string | number | readonly string[] {
  if (path === 'routes') return value === '' ? [] : value.split(', ');
  const counts = path === 'run.port' || path === 'run.instances';
  return counts && /^[0-9]{1,5}$/.test(value) ? Number(value) : value;
}

/** A setting's name may hold dots as little as any other key: the path falls apart at each. */
const keysOf = ({ path }: Adoption): readonly string[] => path.split('.');

/**
 * The thin file with these adoptions in it, for this environment alone when the component has others, or when the file
 * says it for this environment already. Undefined when they do not fit into the text.
 */
export function adoptedText(
  { thinFile, plan, environment }: Standing,
  adoptions: readonly Adoption[],
): string | undefined {
  if (thinFile === undefined) return undefined;
  const [read] = readThinFileOrScore(thinFile, 'pltf.yaml');
  const own = read?.ok === true ? read.file.envs?.[environment] : undefined;
  const environments = plan.spec?.environments ?? [];
  const isOnly = environments.length === 1 && environments[0] === environment;
  const above = isOnly && own === undefined ? [] : ['envs', environment];
  const byPath = new Map(adoptions.map((adoption) => [adoption.path, adoption]));
  return withChanges(
    thinFile,
    [...byPath.values()].map((adoption) => ({
      path: [...above, ...keysOf(adoption)],
      value: valueOf(adoption) as never,
    })),
  );
}

/** Why the platform asks for what it asks for, and the line behind it. */
export function explained(
  { object, field }: DriftedField,
  { plan, environment }: Standing,
): { readonly because?: string; readonly where?: string } {
  const [kind = ''] = object.split(' ', 1);
  const found = explainField(
    kind,
    readField(field),
    (key) => plan.why[`envs.${environment}.${key}`] ?? plan.why[key],
  );
  if (found === undefined) return {};
  const where = found.provenance.find((one) => one.where !== undefined)?.where;
  return { because: found.because, ...(where === undefined ? {} : { where }) };
}

/** One that comes again and again is worth a decision; which one, depends on whether the thin file has a word for it. */
export function suggestionFor(
  { field, adopt }: DriftedField,
  times: number,
  placement: string,
): string | undefined {
  if (times < 2) return undefined;
  const again = `${field} drifted ${times} times in 90 days`;
  return adopt === undefined
    ? `${again}, and the thin file has no word for it: ask the platform team for an option (\`pltf request create\`)`
    : `${again}: write ${adopt.path} = ${adopt.value} into the thin file (\`pltf drift adopt ${placement}\`), or see who changes it`;
}
