import type { EnvironmentRule, Spec } from '@pltf/contracts';
import { durationMs } from '../units.ts';
import { chooseOffer, type Offer, splitOffer } from './choose-offer.ts';
import { type Policy, readPolicy } from './policy.ts';
import { type Context, fromPlatform } from './resolve-context.ts';
import { checkPublic } from './resolve-routes.ts';
import { scheduleProblem } from './schedule.ts';
import { first, merged } from './sources.ts';
import { tierDefaults } from './tiers.ts';

/** The facts that guardrails read, for one environment or for all. */
export function resolvePolicy(context: Context, environment?: string): Policy {
  const sources = context.sources(environment);
  for (const { part, place } of sources) {
    for (const pair of readPolicy(part.policy).unclear) {
      const message =
        pair === ''
          ? 'policy: a pair is missing'
          : `policy: \`${pair.slice(0, 100)}\` is no pair, or is there twice`;
      const fix = 'Write `pii=true, region=eu`, or a map.';
      context.report({ where: place(['policy']), message, fix });
    }
  }
  const facts = merged(sources, ['policy'], ({ policy }) => readPolicy(policy).policy);
  const policy: Record<string, string | boolean | number> = {};
  for (const [key, { value, provenance, override }] of facts) {
    policy[key] = value;
    context.explain(`policy.${key}`, provenance, environment, override);
  }
  return policy;
}

type Objective = Spec['objective'][string];

/** What users of one environment can rely on: what is said, and in production what the tier brings. */
export function resolveObjective(
  context: Context,
  tier: number,
  { name, kind }: EnvironmentRule,
): Objective | undefined {
  // What all environments promise holds in those that stay; a preview promises only what it says itself.
  const sources = context.sources(name).filter(({ override }) => override || kind === 'stable');
  const said = first(sources, ['slo', 'availability'], ({ slo }) => slo?.availability);
  const times = merged(sources, ['slo', 'latency'], ({ slo }) => slo?.latency);
  const latency: Record<string, number> = {};
  for (const quantile of ['p50', 'p90', 'p95', 'p99']) {
    const time = times.get(quantile);
    if (time === undefined) continue;
    const shorter = Object.entries(latency).find(([, before]) => before > durationMs(time.value));
    if (shorter !== undefined) {
      const message = `slo.latency: ${quantile} is shorter than ${shorter[0]}`;
      context.report({ where: time.where, message, fix: 'Of two, the higher takes longer.' });
    }
    latency[quantile] = durationMs(time.value);
    context.explain(`slo.latency.${quantile}`, time.provenance, name, time.override);
  }
  const availability = said?.value ?? defaultAvailability(context, tier, name);
  if (said !== undefined) {
    context.explain('slo.availability', said.provenance, name, said.override);
  }
  if (availability === undefined && times.size === 0) return undefined;
  return {
    ...(availability === undefined ? {} : { availability }),
    ...(times.size === 0 ? {} : { latency }),
  };
}

function defaultAvailability(context: Context, tier: number, name: string): number | undefined {
  const { kind } = context.file;
  if (name !== context.production || (kind !== 'service' && kind !== 'site')) return undefined;
  const because = `What tier ${tier} promises in production.`;
  context.explain('slo.availability', { source: 'default', because }, name);
  return tierDefaults(tier).availability;
}

/** Who gets through to the address that the platform gives. */
export function resolveAccess(
  context: Context,
  environment: EnvironmentRule,
): { readonly public?: boolean; readonly signIn?: boolean } {
  const sources = context.sources(environment.name);
  const access: { public?: boolean; signIn?: boolean } = {};
  for (const key of ['public', 'signIn'] as const) {
    const said = first(sources, ['access', key], (part) => part.access?.[key]);
    if (said === undefined) continue;
    access[key] = said.value;
    context.explain(`access.${key}`, said.provenance, environment.name, said.override);
    // Said for all of them, it counts where it can.
    if (key === 'public' && said.override)
      checkPublic({ public: said.value }, environment, said.where, context.report);
  }
  return access;
}

/** When a job runs, for one environment or for all. */
export function resolveSchedule(context: Context, environment?: string): string | undefined {
  const said = first(context.sources(environment), ['schedule'], ({ schedule }) => schedule);
  if (said === undefined || context.file.kind !== 'job') return undefined;
  const problem = scheduleProblem(said.value);
  if (problem !== undefined) context.report({ where: said.where, ...problem });
  context.explain('schedule', said.provenance, environment, said.override);
  return said.value.trim().split(/\s+/).join(' ');
}

/** What a resource shares in one environment. */
export function resolveOffer(context: Context, environment: EnvironmentRule): Offer | undefined {
  const said = first(context.sources(environment.name), ['offer'], ({ offer }) => offer);
  if (said === undefined || context.file.kind !== 'resource') return undefined;
  const choice = chooseOffer(context.platform, environment, splitOffer(said.value));
  if (!('chosen' in choice)) {
    const message = `offer: ${choice.message}`;
    context.report({ where: said.where, message, fix: choice.fix });
    return undefined;
  }
  const provenance = choice.byDefault
    ? fromPlatform(context, ['offers', choice.chosen.offer], 'The first plan of the offer.')
    : said.provenance;
  context.explain('offer', provenance, environment.name, said.override);
  return choice.chosen;
}
