import type { Guardrail, PlatformFile } from '@pltf/contracts';
import { isJsonObject, type JsonObject, type JsonValue } from '../template/json.ts';

/** What a guardrail may ask of the platform file, by `params: {platform: {…}}`. */
export function platformParams(platform: PlatformFile): JsonObject {
  const environments = platform.environments.map(
    ({ name, kind, region, sizes, offers, budget, quota, exposure, encryptedAtRest }) => [
      name,
      { kind, region, sizes, offers, budget, quota, exposure, encryptedAtRest },
    ],
  );
  return asJson({
    organisation: platform.organisation,
    domain: platform.domain,
    defaultTeam: platform.defaultTeam,
    environments: Object.fromEntries(environments),
    production: productionOf(platform),
    regions: [...new Set(platform.environments.map(({ region }) => region))],
    sizes: platform.sizes,
    personalData: platform.personalData,
    registries: Object.values(platform.runtimes).flatMap((runtime) =>
      'registry' in runtime && runtime.registry !== undefined ? [runtime.registry] : [],
    ),
  });
}

/** Where releases end: the last stable environment of the platform's order. */
function productionOf({ environments }: PlatformFile): readonly string[] {
  const last = environments.findLast(({ kind }) => kind === 'stable');
  return last === undefined ? [] : [last.name];
}

/** Without what is undefined, which JSON leaves out. */
const asJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/**
 * Guardrails with what the platform file says of them: mode, day, params; those that are off are left out. Their cases
 * stay those of the document and hold for its own params only.
 */
export function guardrailsInForce(
  guardrails: readonly Guardrail[],
  platform: PlatformFile,
): readonly Guardrail[] {
  const facts = platformParams(platform);
  return guardrails.flatMap((guardrail) => {
    const { name } = guardrail.metadata;
    const rule = Object.hasOwn(platform.guardrails, name) ? platform.guardrails[name] : undefined;
    if (rule?.mode === 'off') return [];
    const { enforceFrom: day, ...spec } = guardrail.spec;
    const enforceFrom = rule?.enforceFrom ?? (rule?.mode === undefined ? day : undefined);
    return {
      ...guardrail,
      spec: {
        ...spec,
        mode: rule?.mode ?? spec.mode,
        ...(enforceFrom === undefined ? {} : { enforceFrom }),
        params: { ...withPlatform(spec.params, facts), ...rule?.params } as typeof spec.params,
      },
    };
  });
}

/** Puts the platform's facts in the place of those that the document names. */
function withPlatform(params: Guardrail['spec']['params'], facts: JsonObject): JsonObject {
  const wanted = (params as JsonObject)['platform'];
  if (!isJsonObject(wanted)) return params;
  const known = Object.keys(wanted).map((name): [string, JsonValue] => [
    name,
    (Object.hasOwn(facts, name) ? facts[name] : wanted[name]) ?? null,
  ]);
  return { ...(params as JsonObject), platform: Object.fromEntries(known) };
}
