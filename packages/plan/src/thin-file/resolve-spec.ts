import type { ErrorItem, PlatformFile, Provenance, Spec, ThinFile } from '@pltf/contracts';
import { type ResolveOptions, resolveContext } from './resolve-context.ts';
import { resolvePlaces } from './resolve-places.ts';
import { resolveWhole } from './resolve-whole.ts';

export type ResolvedSpec =
  | {
      readonly ok: true;
      readonly spec: Spec;
      /** Where each value comes from, by path: `owner`, `run.size`, `envs.prod.run.size`, `needs.db` … */
      readonly why: Readonly<Record<string, Provenance>>;
    }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

/**
 * Fills in every default: the thin file first, then the golden path, the repository, the platform file. All problems
 * at once, and where each value comes from.
 */
export function resolveSpec(
  file: ThinFile,
  platform: PlatformFile,
  options: ResolveOptions = {},
): ResolvedSpec {
  const findings = resolveContext(file, platform, options);
  const { context } = findings;
  const whole = resolveWhole(context);
  const spec: Spec = { ...whole, ...resolvePlaces(context, whole) };
  if (findings.problems.length > 0) return { ok: false, problems: findings.problems };
  return { ok: true, spec, why: findings.why };
}
