import type { EventView } from '@pltf/contracts';

/** Steps on the way to something that is told when it ends. */
const small = new Set<EventView['type']>([
  'operation-progressed',
  'run-progressed',
  'rollout-progressed',
  'placement-changed',
  'placement-created',
  'task-started',
]);

/** Whether an event is news, or one of the many steps before it. */
export const worthTelling = ({ type }: Pick<EventView, 'type'>): boolean => !small.has(type);

export type EventTopic =
  | 'component'
  | 'operation'
  | 'code'
  | 'run'
  | 'release'
  | 'rollout'
  | 'instance'
  | 'people';

export function topicOf(type: EventView['type']): EventTopic {
  if (type.startsWith('component-')) return 'component';
  if (type.startsWith('operation-')) return 'operation';
  if (type.startsWith('repository-') || type.startsWith('branch-')) return 'code';
  if (type.startsWith('run-')) return 'run';
  if (type.startsWith('release-')) return 'release';
  if (/^(?:rollout|placement|drift|object)-/.test(type)) return 'rollout';
  return type.startsWith('instance-') || type.startsWith('task-') ? 'instance' : 'people';
}

/** Whether it is bad news. What ended says how in its data; a sentence for people is not searched for words. */
export function isIll({ type, data }: Pick<EventView, 'type' | 'data'>): boolean {
  if (type === 'component-creation-undone' || type === 'instance-ended' || type === 'drift-found')
    return true;
  const state = data['state'];
  return state === 'failed' || state === 'rolled-back' || state === 'undoing';
}

/** Where an event leads: to its run, its operation while there is one, or its service. */
export function placeOf(
  event: Pick<EventView, 'type' | 'component' | 'run' | 'operation'>,
): string | undefined {
  if (event.run !== undefined && event.type.startsWith('run-')) return `/runs/${event.run}`;
  if (event.operation !== undefined) return `/operations/${event.operation}`;
  return event.component === undefined ? undefined : `/components/${event.component}`;
}
