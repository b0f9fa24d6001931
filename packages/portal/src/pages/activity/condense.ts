import type { EventView } from '@pltf/contracts';
import { worthTelling } from './event-words.ts';

const text = (event: EventView, key: string): string | undefined => {
  const value = event.data[key];
  return typeof value === 'string' ? value : undefined;
};

/** What began and what ended it have this in common; undefined for what is told once. */
function threadOf(event: EventView): string | undefined {
  if (event.type === 'rollout-started' || event.type === 'rollout-finished')
    return text(event, 'rollout');
  if (event.type === 'run-queued' || event.type === 'run-finished') return event.run;
  return /^component-(?:creation|deletion)-|^component-(?:created|deleted)$/.test(event.type)
    ? event.operation
    : undefined;
}

const beginnings = new Set<EventView['type']>([
  'rollout-started',
  'run-queued',
  'component-creation-started',
  'component-deletion-started',
]);

/**
 * News only, each thing once: what ended stands for its beginning and takes over who asked for it and why.
 * Events come newest first and stay so.
 */
export function condensed(events: readonly EventView[]): readonly EventView[] {
  const begun = new Map<string, EventView>();
  const ended = new Set<string>();
  for (const event of events) {
    const thread = threadOf(event);
    if (thread === undefined) continue;
    if (beginnings.has(event.type)) begun.set(thread, event);
    else ended.add(thread);
  }
  return events.filter(worthTelling).flatMap((event) => {
    const thread = threadOf(event);
    if (thread === undefined) return [event];
    if (beginnings.has(event.type)) return ended.has(thread) ? [] : [event];
    const start = begun.get(thread);
    return start === undefined ? [event] : [joined(event, start)];
  });
}

function joined(end: EventView, start: EventView): EventView {
  const why = end.why ?? start.why;
  const summary = rolloutSentence(end, start) ?? end.summary;
  return { ...end, actor: start.actor, summary, ...(why === undefined ? {} : { why }) };
}

/** `Promoted #7 to prod`: a rollout that went well, told by what was asked for. */
function rolloutSentence(end: EventView, start: EventView): string | undefined {
  if (end.type !== 'rollout-finished' || text(end, 'state') !== 'done') return undefined;
  // Nothing more was done than to commit it: its own words say so.
  if (text(end, 'step') === 'committed') return undefined;
  const place = start.environment ?? start.placement ?? '';
  const release = `#${String(start.data['to'])}`;
  switch (text(start, 'kind')) {
    case 'deploy':
      return `Deployed ${release} to ${place}`;
    case 'promote':
      return `Promoted ${release} to ${place}`;
    case 'rollback':
      return `Rolled ${place} back to ${release}`;
    case 'restart':
      return `Restarted ${place}`;
    case 'scale':
      return `Scaled ${place}`;
    case 'stop':
      return `Stopped ${place}`;
    case 'start':
      return `Started ${place}`;
    default:
      return undefined;
  }
}
