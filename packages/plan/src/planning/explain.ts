import type { Plan, Provenance } from '@pltf/contracts';
import { nearest } from '../nearest.ts';
import { valueAt } from './why.ts';

export type Explanation =
  | {
      readonly found: true;
      readonly path: string;
      /** By environment, when the value differs among them or has a place in one only. */
      readonly values: readonly { readonly environment: string; readonly value: unknown }[];
      readonly provenance: Provenance;
    }
  | {
      readonly found: false;
      readonly nearest: string | undefined;
      readonly paths: readonly string[];
    };

const environmentPath = /^envs\.([a-z0-9-]+)\.(.+)$/;

/** Why a value of a plan is what it is: `run.size`, `envs.prod.region`, `prod.run.size`. */
export function explain(
  plan: Pick<Plan, 'why' | 'placements' | 'spec'>,
  asked: string,
): Explanation {
  const names = plan.placements.map(({ metadata }) => metadata.namespace);
  const path = names.some((name) => asked.startsWith(`${name}.`)) ? `envs.${asked}` : asked;
  const provenance = Object.hasOwn(plan.why, path) ? plan.why[path] : undefined;
  if (provenance === undefined) {
    const paths = Object.keys(plan.why);
    return { found: false, nearest: nearest(asked, paths) ?? ending(asked, paths), paths };
  }
  return { found: true, path, provenance, values: valuesOf(plan, path) };
}

function valuesOf({ placements, spec }: Pick<Plan, 'placements' | 'spec'>, path: string) {
  const one = environmentPath.exec(path);
  const short = one?.[2] ?? path;
  const asked = placements.filter(({ metadata }) => one === null || metadata.namespace === one[1]);
  const found = asked
    .map((object) => ({
      environment: object.metadata.namespace,
      value: valueAt({ object }, short),
    }))
    .filter(({ value }) => value !== undefined);
  if (found.length > 0) return found;
  const top: Readonly<Record<string, unknown>> = { ...spec, env: spec?.environments };
  const value = top[path];
  return value === undefined ? [] : [{ environment: '', value }];
}

/** `size` alone means the first path that ends so. */
const ending = (asked: string, paths: readonly string[]): string | undefined =>
  paths.toSorted((a, b) => a.length - b.length).find((path) => path.endsWith(`.${asked}`));
