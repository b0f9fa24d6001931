import type { EventsConfig } from '@actions/workflow-parser/model/workflow-template';
import { filterList } from './filter-pattern.ts';
import { isDeletion, isTag, type PushEvent, refNameOf } from './push-event.ts';

/** Whether a push starts a workflow, and if not, why, in words for the user. */
export type Trigger =
  | { readonly starts: true }
  | { readonly starts: false; readonly reason: string };

const starts: Trigger = { starts: true };
const not = (reason: string): Trigger => ({ starts: false, reason });

const skipWords = /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]/i;

/**
 * Whether `on:` lets this push start the workflow. `changedPaths` is undefined when they are not known;
 * then filters on paths let the push through, as GitHub does.
 */
export function pushTrigger(
  events: EventsConfig,
  event: PushEvent,
  changedPaths: readonly string[] | undefined,
): Trigger {
  const { push } = events;
  if (push === undefined) {
    const others = Object.keys(events).join(', ');
    return not(`it runs on ${others === '' ? 'nothing' : others}, not on a push`);
  }
  if (isDeletion(event)) return not('the push removed the branch');
  if (skipWords.test(event.headCommit?.message ?? '')) {
    return not('the commit message asks to skip it');
  }
  const name = refNameOf(event.ref);
  const filters = isTag(event.ref)
    ? { kind: 'tag', only: push.tags, ignore: push['tags-ignore'] }
    : { kind: 'branch', only: push.branches, ignore: push['branches-ignore'] };
  const others = isTag(event.ref)
    ? [push.branches, push['branches-ignore']]
    : [push.tags, push['tags-ignore']];
  if (filters.only === undefined && filters.ignore === undefined) {
    // A filter for the other kind of ref alone means: that kind only.
    if (others.some((list) => list !== undefined))
      return not(`it does not run on a ${filters.kind}`);
  }
  if (filters.only !== undefined && !filterList(filters.only)(name)) {
    return not(`its filter does not name ${filters.kind} ${name}`);
  }
  if (filters.ignore !== undefined && filterList(filters.ignore)(name)) {
    return not(`it ignores ${filters.kind} ${name}`);
  }
  return isTag(event.ref) ? starts : pathTrigger(push, changedPaths);
}

/** Pattern characters times path characters: what testing may cost at most, about a second. */
const maximumWork = 20_000_000;

const characters = (texts: readonly string[] = []) =>
  texts.reduce((sum, text) => sum + text.length, 0);

function pathTrigger(
  push: NonNullable<EventsConfig['push']>,
  changedPaths: readonly string[] | undefined,
): Trigger {
  const { paths, 'paths-ignore': ignored } = push;
  if (changedPaths === undefined || changedPaths.length === 0) return starts;
  const work = (characters(paths) + characters(ignored)) * characters(changedPaths);
  // Running a workflow too often is harmless; not running it is not.
  if (work > maximumWork) return starts;
  if (paths !== undefined && !changedPaths.some(filterList(paths))) {
    return not('no changed file is in its paths');
  }
  if (ignored !== undefined && changedPaths.every(filterList(ignored))) {
    return not('it ignores all changed files');
  }
  return starts;
}
