import type {
  DataProtection,
  EnvironmentRule,
  Need,
  PlatformFile,
  Provenance,
  Spec,
} from '@pltf/contracts';
import type { z } from 'zod';
import { sharedNeed } from '../cost/index.ts';
import { durationMs } from '../units.ts';
import { isPersonal, isSpecial, readClasses } from './privacy-classes.ts';

type Protection = z.infer<typeof DataProtection>;

export interface Protected {
  readonly data: Protection;
  readonly region: string;
  /** With protected plans where the data asks for them. */
  readonly needs: Readonly<Record<string, Need & { readonly encrypted?: boolean }>>;
  /** Who gets through to the addresses that are asked for. */
  access(host: string | undefined): { readonly public: boolean; readonly signIn: boolean };
  /** Why each of these is as it is, by path below the environment. */
  readonly why: Readonly<Record<string, Provenance>>;
}

/** The policy that counts in an environment. */
export const policyIn = ({ policy, policies }: Spec, environment: string): Spec['policy'] =>
  policies?.[environment] ?? policy;

/** Whether logs of the component in an environment are masked when they are read. */
export const masksLogs = (spec: Spec | undefined, environment: string): boolean =>
  spec !== undefined && isPersonal(readClasses(policyIn(spec, environment)).classes);

/** What the file says of one of its own hosts, else of all; personal data is not public unless the file insists. */
function accessTo(spec: Spec, rule: EnvironmentRule, personal: boolean, host: string | undefined) {
  const all = spec.access?.[rule.name];
  const own = host === undefined ? undefined : all?.routes?.[host];
  const signIn = own?.signIn ?? all?.signIn ?? false;
  const wanted = own?.public ?? all?.public ?? (!personal || signIn);
  return { public: rule.exposure === 'public' && wanted, signIn };
}

/**
 * What personal data switches on in one environment. Facts stay facts: where the environment keeps nothing encrypted
 * and no protected plan is offered, `encryptedAtRest` is false, and a guardrail says so.
 */
export function protect(spec: Spec, platform: PlatformFile, rule: EnvironmentRule): Protected {
  const policy = policyIn(spec, rule.name);
  const { classes } = readClasses(policy);
  const personal = isPersonal(classes);
  const why: Record<string, Provenance> = {};
  const because = (path: string, source: Provenance['source'], text: string): void => {
    why[path] = { source, because: text };
  };
  const needs = protectNeeds(
    { ...spec.needs[rule.name], ...sharedNeed(spec, rule.name) },
    platform,
    rule,
    personal,
    because,
  );
  const encryptedAtRest = atRest({ spec, rule, needs, personal, because });
  const encryptedInTransit = inTransit(platform, rule, because);
  if (personal) {
    because('data.maskedLogs', 'policy', 'Personal data is masked in logs.');
    because('access', 'policy', 'Personal data: no public address without sign-in unless told.');
  }
  const retention = retentionOf(policy, platform, personal, because);
  return {
    data: {
      classes: [...classes],
      encryptedAtRest,
      encryptedInTransit,
      ...(retention === undefined ? {} : { retention }),
      maskedLogs: personal,
    },
    region: regionOf(policy, rule, personal, because),
    needs,
    access: (host) => accessTo(spec, rule, personal, host),
    why,
  };
}

type Because = (path: string, source: Provenance['source'], text: string) => void;

interface AtRest {
  readonly spec: Spec;
  readonly rule: EnvironmentRule;
  readonly needs: Protected['needs'];
  readonly personal: boolean;
  readonly because: Because;
}

/** Whether all that is kept is encrypted: what keeps nothing personal is not called so without a need. */
function atRest({ spec, rule, needs, personal, because }: AtRest): boolean {
  const offers = Object.values(needs).filter(({ kind }) => kind === 'offer');
  const volume = spec.run[rule.name]?.volume;
  const backing = offers.every(({ encrypted }) => encrypted === true);
  const encrypted =
    rule.encryptedAtRest || (backing && volume === undefined && (personal || offers.length > 0));
  const reason = atRestReason(rule, encrypted, offers.length, volume);
  because('data.encryptedAtRest', 'platform-file', reason);
  return encrypted;
}

function inTransit(platform: PlatformFile, rule: EnvironmentRule, because: Because): boolean {
  const driver = platform.runtimes[rule.runtime]?.driver ?? 'agent';
  const path = 'data.encryptedInTransit';
  if (driver !== 'agent') {
    because(path, 'platform-file', `The gateway of ${rule.runtime} ends TLS.`);
    return true;
  }
  const stays = rule.exposure === 'private';
  const open = 'The router of this machine answers from outside without TLS.';
  because(path, 'platform-file', stays ? 'Traffic does not leave the machine.' : open);
  return stays;
}

function atRestReason(
  rule: EnvironmentRule,
  encrypted: boolean,
  offers: number,
  volume: string | undefined,
): string {
  if (rule.encryptedAtRest) return `${rule.name} keeps everything encrypted.`;
  if (encrypted) return offers === 0 ? 'It keeps nothing.' : 'Its backing services are encrypted.';
  return volume === undefined
    ? `${rule.name} does not keep everything encrypted.`
    : `${rule.name} does not keep volumes encrypted.`;
}

function protectNeeds(
  needs: Readonly<Record<string, Need>>,
  platform: PlatformFile,
  rule: EnvironmentRule,
  personal: boolean,
  because: Because,
): Protected['needs'] {
  return Object.fromEntries(
    Object.entries(needs).map(([name, need]) => {
      if (need.kind !== 'offer') return [name, need];
      const plan = personal ? protectedPlan(platform, rule, need) : need.plan;
      if (plan !== need.plan) {
        because(`needs.${name}.plan`, 'policy', 'Personal data has a protected plan of its own.');
      }
      const isProtected = platform.offers[need.offer]?.plans[plan]?.protected === true;
      return [name, { ...need, plan, encrypted: isProtected || rule.encryptedAtRest }];
    }),
  );
}

/** The plan itself when it is protected, else the protected one of its name, else the cheapest protected one. */
function protectedPlan(
  platform: PlatformFile,
  rule: EnvironmentRule,
  need: Need & { readonly kind: 'offer' },
): string {
  const plans = platform.offers[need.offer]?.plans ?? {};
  if (plans[need.plan]?.protected === true) return need.plan;
  if (rule.offers !== undefined && !rule.offers.includes(need.offer)) return need.plan;
  const named = [`${need.plan}-protected`, `protected-${need.plan}`];
  const candidates = Object.entries(plans)
    .filter(([, plan]) => plan.protected)
    .toSorted(([a, one], [b, other]) => {
      const byName = Number(named.includes(b)) - Number(named.includes(a));
      return byName || Number(one.monthly) - Number(other.monthly) || (a < b ? -1 : 1);
    });
  return candidates[0]?.[0] ?? need.plan;
}

/** How long data is kept; a shorter or longer time of the file's own wins, however special the data is. */
function retentionOf(
  policy: Spec['policy'],
  platform: PlatformFile,
  personal: boolean,
  because: Because,
): string | undefined {
  const own = policy['retention'];
  if (typeof own === 'string' && /^[1-9][0-9]{0,5}(?:ms|s|m|h|d)$/.test(own)) {
    because('data.retention', 'thin-file', 'The thin file says how long.');
    return own;
  }
  if (!personal) return undefined;
  const { retention } = platform.personalData;
  because('data.retention', 'policy', `Personal data is kept for ${retention} unless told.`);
  return retention;
}

/** A named region of the environment is where it runs; on a machine of no region the policy says where that stands. */
function regionOf(
  policy: Spec['policy'],
  rule: EnvironmentRule,
  personal: boolean,
  because: Because,
): string {
  const wanted = policy['region'];
  if (rule.region !== 'local' || typeof wanted !== 'string') {
    const pinned = personal ? ' Personal data stays there.' : '';
    because('region', 'platform-file', `The region of ${rule.name}.${pinned}`);
    return rule.region;
  }
  because('region', 'thin-file', 'The policy says where this machine stands.');
  return wanted;
}

/** Days between two looks for what is too old; special data is looked at daily, the rest weekly. */
export function deletionSchedule(
  classes: readonly string[],
  retention: string | undefined,
): string | undefined {
  if (retention === undefined || !isPersonal(classes)) return undefined;
  const day = 86_400_000;
  return isSpecial(classes) || durationMs(retention) < 30 * day ? '0 3 * * *' : '0 3 * * 0';
}
