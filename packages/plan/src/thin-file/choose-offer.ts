import type { EnvironmentRule, PlatformFile } from '@pltf/contracts';
import { nearest } from '../nearest.ts';

export interface Offer {
  readonly offer: string;
  readonly plan: string;
}

export type ChosenOffer =
  | { readonly chosen: Offer; readonly byDefault: boolean }
  | { readonly message: string; readonly fix: string };

/** `postgres/small` as offer and plan; a plan may be left out. */
export function splitOffer(text: string): { readonly offer: string; readonly plan?: string } {
  const [offer = '', plan] = text.split('/');
  return plan === undefined ? { offer } : { offer, plan };
}

/** The offer and plan that are asked for, where the platform has them and the environment allows them. */
export function chooseOffer(
  platform: PlatformFile,
  environment: EnvironmentRule | undefined,
  asked: { readonly offer: string; readonly plan?: string | undefined },
): ChosenOffer {
  const { offers } = platform;
  const rule = Object.hasOwn(offers, asked.offer) ? offers[asked.offer] : undefined;
  const allowed = environment?.offers;
  if (rule === undefined) return noOffer(platform, asked.offer);
  if (allowed !== undefined && !allowed.includes(asked.offer)) {
    const fix = allowed.length === 0 ? 'No offer may.' : `Those that may: ${allowed.join(', ')}.`;
    const place = environment?.name ?? '';
    return { message: `the offer \`${asked.offer}\` may not be used in ${place}`, fix };
  }
  const plans = Object.keys(rule.plans);
  const plan = asked.plan ?? plans[0];
  if (plan !== undefined && plans.includes(plan)) {
    return { chosen: { offer: asked.offer, plan }, byDefault: asked.plan === undefined };
  }
  const meant = nearest(plan ?? '', plans);
  const all = plans.map((name) => `${asked.offer}/${name}`).join(', ');
  return {
    message: `the offer \`${asked.offer}\` has no plan \`${plan ?? ''}\``,
    fix: meant === undefined ? `It has: ${all}.` : `Did you mean \`${asked.offer}/${meant}\`?`,
  };
}

function noOffer({ offers }: PlatformFile, asked: string): ChosenOffer {
  const all = Object.entries(offers).flatMap(([offer, { plans }]) =>
    Object.keys(plans).map((plan) => `${offer}/${plan}`),
  );
  const message = `the platform has no offer \`${asked}\``;
  if (all.length === 0) {
    const fix =
      'It has none yet: the platform team adds some under `offers:` in the platform file.';
    return { message, fix };
  }
  const meant = nearest(asked, Object.keys(offers));
  const fix =
    meant === undefined
      ? `The platform has: ${all.slice(0, 30).join(', ')}.`
      : `Did you mean \`${meant}\`?`;
  return { message, fix };
}
