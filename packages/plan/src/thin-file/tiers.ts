/** What a tier brings where nothing else is said. */
export interface TierDefaults {
  /** Per cent of requests, in production. */
  readonly availability: number;
  /** Instances in production: two survive the loss of one. */
  readonly instances: number;
  /** Whom an alert reaches: somebody on call at once, the team's queue, or its weekly summary. */
  readonly alerts: 'page' | 'ticket' | 'summary';
}

const lowest: TierDefaults = { availability: 99, instances: 1, alerts: 'summary' };
const byTier: Readonly<Record<number, TierDefaults>> = {
  1: { availability: 99.9, instances: 2, alerts: 'page' },
  2: { availability: 99.5, instances: 1, alerts: 'ticket' },
  3: lowest,
};

/** The defaults of tier 1 (everything stops without it) to 3 (a team notices). */
export const tierDefaults = (tier: number): TierDefaults => byTier[tier] ?? lowest;
