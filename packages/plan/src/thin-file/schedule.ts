import { Cron } from 'croner';

/** A whole leap year lies ahead of it, so that every schedule that ever comes due does so. */
const somewhen = new Date('2023-12-31T00:00:00Z');
const fields = ['minute', 'hour', 'day of the month', 'month', 'day of the week'];
const names = /^(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)$/i;
const field =
  /^[0-9A-Z*]+(?:-[0-9A-Z]+)?(?:\/[0-9]+)?(?:,[0-9A-Z*]+(?:-[0-9A-Z]+)?(?:\/[0-9]+)?)*$/i;

export interface ScheduleProblem {
  readonly message: string;
  readonly fix: string;
}

/**
 * What is wrong with a schedule: five cron fields of the kind that Kubernetes and every cron understand the same way,
 * UTC. Undefined for a good one.
 */
export function scheduleProblem(text: string): ScheduleProblem | undefined {
  const parts = text.trim().split(/\s+/);
  if (text.trim().startsWith('@')) {
    return { message: `schedule: \`${text.trim()}\` is short for something`, fix: nickname(text) };
  }
  if (parts.length !== fields.length) {
    const fix = `Write five: ${fields.join(', ')}; like \`0 3 * * *\` for three at night, UTC.`;
    return { message: `schedule: ${count(parts)} instead of five`, fix };
  }
  const odd = parts.findIndex((part) => !isPlain(part));
  if (odd >= 0) return unclear(parts[odd] ?? '', odd);
  if (/[^*/0-9]?7/.test((parts[4] ?? '').replace(/\/[0-9]+/g, ''))) {
    return { message: 'schedule: 7 is no day of the week', fix: 'Sunday is 0.' };
  }
  return dueProblem(parts.join(' '));
}

/** The time after `after` at which it comes due next. */
export function nextRun(schedule: string, after: Date): Date | undefined {
  return cron(schedule).nextRun(after) ?? undefined;
}

function dueProblem(text: string): ScheduleProblem | undefined {
  try {
    if (nextRun(text, somewhen) !== undefined) return undefined;
    return { message: 'schedule: that day never comes', fix: 'Name a day that the month has.' };
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : '';
    const fix = 'Write it like `0 3 * * *`: three at night, UTC.';
    return { message: `schedule: ${message.charAt(0).toLowerCase()}${message.slice(1)}`, fix };
  }
}

const cron = (text: string): Cron =>
  new Cron(text, { mode: '5-part', timezone: 'UTC', paused: true });

const count = (parts: readonly string[]): string =>
  parts.join('') === ''
    ? 'no fields'
    : `${parts.length} ${parts.length === 1 ? 'field' : 'fields'}`;

const isPlain = (part: string): boolean =>
  field.test(part) && part.split(/[^A-Z]+/i).every((word) => word === '' || names.test(word));

function unclear(part: string, index: number): ScheduleProblem {
  const message = `schedule: \`${part.slice(0, 40)}\` is no ${fields[index]}`;
  return { message, fix: 'Use numbers, `*`, ranges `1-5`, lists `1,15` and steps `*/10`.' };
}

function nickname(text: string): string {
  const meanings: Readonly<Record<string, string>> = {
    '@hourly': '0 * * * *',
    '@daily': '0 0 * * *',
    '@midnight': '0 0 * * *',
    '@weekly': '0 0 * * 0',
    '@monthly': '0 0 1 * *',
    '@yearly': '0 0 1 1 *',
    '@annually': '0 0 1 1 *',
  };
  const meaning = Object.hasOwn(meanings, text.trim()) ? meanings[text.trim()] : undefined;
  return `Write five fields, like \`${meaning ?? '0 3 * * *'}\`.`;
}
