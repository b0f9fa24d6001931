import { ComponentName, type PlatformFile } from '@pltf/contracts';
import { fieldDay, longestMs } from './expiry.ts';

/** An exception as far as it is typed; empty texts are what is not said yet. */
export interface Draft {
  readonly guardrail: string;
  readonly component: string;
  /** Empty: all of them. */
  readonly environment: string;
  readonly reason: string;
  readonly control: string;
  readonly ticket: string;
  readonly day: string;
}

const monthMs = 30 * 86_400_000;

export function draftOf(
  asked: Partial<Pick<Draft, 'guardrail' | 'component' | 'environment'>>,
  file: Pick<PlatformFile, 'environments' | 'exceptions'>,
  now: number,
): Draft {
  const longest = longestMs(file, asked.environment);
  return {
    guardrail: '',
    component: '',
    environment: '',
    ...asked,
    reason: '',
    control: '',
    ticket: '',
    day: fieldDay(now + Math.min(monthMs, longest - 60_000)),
  };
}

const shortest = 10;

/** What can be seen to be wrong without asking the platform, by field. */
export function flawsOf(
  { guardrail, component, reason, control, day }: Draft,
  days: { readonly today: string; readonly lastDay: string },
): ReadonlyMap<string, string> {
  const flaws = new Map<string, string>();
  if (guardrail === '') flaws.set('guardrail', 'Choose the guardrail');
  if (!ComponentName.safeParse(component).success)
    flaws.set('component', 'Name the service as the catalogue has it');
  if (reason.trim().length < shortest)
    flaws.set('reason', 'Say why, in at least ten characters: whoever decides has only this');
  if (control.trim().length < shortest)
    flaws.set('control', 'Say what lowers the risk meanwhile, in at least ten characters');
  if (day === '') flaws.set('day', 'An exception always ends: choose the day');
  else if (day < days.today) flaws.set('day', 'This day is over');
  else if (day > days.lastDay) flaws.set('day', `At most until ${days.lastDay}`);
  return flaws;
}
