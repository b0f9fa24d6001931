import type { GuardrailEffect, GuardrailResult, GuardrailView } from '@pltf/contracts';

export type Finding = Exclude<GuardrailResult['verdict']['state'], 'pass'>;

export const findings = ['deny', 'error', 'warn', 'excepted'] as const;

/** What the state of a verdict reads as, of something that runs already. */
export const findingWords: Readonly<Record<Finding, string>> = {
  deny: 'refused',
  error: 'not evaluated',
  warn: 'warned',
  excepted: 'excepted',
};

export const findingTones: Readonly<Record<Finding, 'bad' | 'warn' | 'quiet' | 'busy'>> = {
  deny: 'bad',
  error: 'quiet',
  warn: 'warn',
  excepted: 'busy',
};

export const totalOf = (effect: GuardrailEffect): number =>
  findings.reduce((sum, finding) => sum + effect[finding], 0);

const severities = ['low', 'medium', 'high', 'critical'];

/** What needs somebody first: refused, then warned, then by severity and title. */
export const byNeed = (one: GuardrailView, other: GuardrailView): number =>
  other.effect.deny - one.effect.deny ||
  other.effect.error - one.effect.error ||
  other.effect.warn - one.effect.warn ||
  other.effect.excepted - one.effect.excepted ||
  severities.indexOf(other.severity) - severities.indexOf(one.severity) ||
  one.title.localeCompare(other.title, 'en');

export type Showing = 'all' | 'failing' | 'off';

export interface GuardrailFilter {
  readonly text: string;
  readonly showing: Showing;
}

export function fits(guardrail: GuardrailView, { text, showing }: GuardrailFilter): boolean {
  if (showing === 'failing' && totalOf(guardrail.effect) === 0) return false;
  if (showing === 'off' && guardrail.effective !== 'off') return false;
  const { id, title, owner, why, controls } = guardrail;
  const whole = [id, title, owner, why, ...controls].join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

export interface Column {
  /** Days from the first one shown. */
  readonly at: number;
  readonly day: string;
  readonly effect: GuardrailEffect;
}

const dayMs = 86_400_000;

/** The days of a history in their places: a day without a look stays empty. Bounded to the last 90. */
export function columnsOf(history: GuardrailView['history']): {
  readonly columns: readonly Column[];
  readonly days: number;
  readonly most: number;
} {
  const last = Date.parse(history.at(-1)?.day ?? '');
  const kept = history.filter(({ day }) => last - Date.parse(day) < 90 * dayMs);
  const first = Date.parse(kept[0]?.day ?? '');
  const columns = kept.map(({ day, ...effect }) => ({
    at: Math.round((Date.parse(day) - first) / dayMs),
    day,
    effect,
  }));
  return {
    columns,
    days: columns.length === 0 ? 0 : (columns.at(-1)?.at ?? 0) + 1,
    most: Math.max(0, ...columns.map(({ effect }) => totalOf(effect))),
  };
}
