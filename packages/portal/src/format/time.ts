const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `1.2 s`, `2 min 03 s`, `1 h 05 min`; below a second `340 ms`. Milliseconds in. */
export function span(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < second) return `${Math.round(ms)} ms`;
  // 59.95 s would round to "60.0 s"; what rounds up to a minute is shown as one.
  if (ms < 59_950) return `${(ms / second).toFixed(1)} s`;
  const seconds = Math.round(ms / second);
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  }
  const minutes = Math.round(ms / minute);
  if (minutes < 24 * 60) {
    return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  }
  const hours = Math.round(ms / hour);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long ago, short: `now`, `42 s ago`, `3 min ago`, `5 h ago`, `6 d ago`, then the date. */
export function ago(instant: string, now: number): string {
  const passed = now - Date.parse(instant);
  // Clocks of browser and server differ by a little; a small future is now.
  if (passed < 5 * second) return passed < -minute ? until(instant, now) : 'just now';
  if (passed < minute) return `${Math.floor(passed / second)} s ago`;
  if (passed < hour) return `${Math.floor(passed / minute)} min ago`;
  if (passed < day) return `${Math.floor(passed / hour)} h ago`;
  if (passed < 30 * day) return `${Math.floor(passed / day)} d ago`;
  return date(instant, now);
}

/** How long until: `in 3 min`, `in 6 d`; what has passed is `now`. */
export function until(instant: string, now: number): string {
  const left = Date.parse(instant) - now;
  if (left < minute) return left <= 0 ? 'now' : `in ${Math.ceil(left / second)} s`;
  if (left < hour) return `in ${Math.round(left / minute)} min`;
  if (left < 2 * day) return `in ${Math.round(left / hour)} h`;
  return `in ${Math.round(left / day)} d`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** The time of day in the reader's zone, `14:03:22`. */
export function clock(instant: string): string {
  const at = new Date(instant);
  return `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}:${twoDigits(at.getSeconds())}`;
}

/** With milliseconds, for logs: `14:03:22.117`. */
export function clockWithMillis(instant: string): string {
  return `${clock(instant)}.${String(new Date(instant).getMilliseconds()).padStart(3, '0')}`;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `17 Nov`, and the year when it is another one. */
export function date(instant: string, now: number): string {
  const at = new Date(instant);
  const year = at.getFullYear() === new Date(now).getFullYear() ? '' : ` ${at.getFullYear()}`;
  return `${at.getDate()} ${months[at.getMonth()] ?? ''}${year}`;
}

const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** The heading of a day in a list: `Today`, `Yesterday`, `17 Nov`. */
export function dayOf(instant: string, now: number): string {
  // Rounded, because a day on which clocks change has 23 or 25 hours.
  const days = Math.round((startOfDay(now) - startOfDay(Date.parse(instant))) / day);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return date(instant, now);
}

/** For a title: the whole instant in the reader's zone. */
export const full = (instant: string): string => new Date(instant).toLocaleString();

/** Milliseconds between two instants, or until now when the second is missing. */
export const between = (from: string, to: string | undefined, now: number): number =>
  Math.max(0, (to === undefined ? now : Date.parse(to)) - Date.parse(from));
