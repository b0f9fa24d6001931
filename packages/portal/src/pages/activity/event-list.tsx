import type { EventView } from '@pltf/contracts';
import {
  Activity,
  Boxes,
  Cpu,
  GitBranch,
  Hammer,
  Package,
  Rocket,
  UserRound,
  Workflow,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { dayOf } from '../../format/time.ts';
import { useNow } from '../../live/use-now.ts';
import { Empty } from '../../parts/empty.tsx';
import { SkeletonLines } from '../../parts/skeleton.tsx';
import { Ago } from '../../parts/time.tsx';
import { isIll, placeOf, topicOf } from './event-words.ts';

const icons = {
  component: Boxes,
  operation: Hammer,
  code: GitBranch,
  run: Workflow,
  release: Package,
  rollout: Rocket,
  instance: Cpu,
  people: UserRound,
} as const;

interface EventListProps {
  /** Undefined while they load. */
  readonly events: readonly EventView[] | undefined;
  /** The component whose page this is: its name goes without saying. */
  readonly within?: string;
}

/** What happened, who did it and why, under the days on which it did. */
export function EventList({ events, within }: EventListProps): ReactNode {
  const now = useNow();
  if (events === undefined) {
    return (
      <div className="panel-body">
        <SkeletonLines lines={5} />
      </div>
    );
  }
  if (events.length === 0)
    return (
      <Empty
        small
        icon={Activity}
        title="Nothing happened yet"
        text="What people and the platform do appears here as it happens."
      />
    );
  const days = new Map<string, EventView[]>();
  for (const event of events) {
    const day = dayOf(event.at, now);
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return [...days].map(([day, ofDay]) => (
    <section key={day} aria-label={day}>
      <h3 className="event-day">{day}</h3>
      <ol>
        {ofDay.map((event) => (
          <Event key={event.seq} event={event} within={within} />
        ))}
      </ol>
    </section>
  ));
}

function Event({
  event,
  within,
}: {
  readonly event: EventView;
  readonly within: string | undefined;
}): ReactNode {
  const Icon = icons[topicOf(event.type)];
  const place = placeOf(event);
  const ill = isIll(event);
  const here = place === `/components/${within}`;
  return (
    <li className="event">
      <span className={ill ? 'event-icon event-ill' : 'event-icon'}>
        <Icon size={14} aria-hidden />
      </span>
      <span className="event-words">
        <span>
          {place === undefined || here ? event.summary : <Link href={place}>{event.summary}</Link>}
        </span>
        <span className="small quiet row row-wrap event-facts">
          <span className="strong">{event.actor}</span>
          {event.component === undefined || event.component === within ? null : (
            <Link
              href={`/components/${event.component}`}
              className="cut event-component"
              title={event.component}
            >
              {event.component}
            </Link>
          )}
          {event.environment === undefined ? null : (
            <span className="tag">{event.environment}</span>
          )}
          {event.why === undefined ? null : <q className="event-why">{event.why}</q>}
        </span>
      </span>
      <span className="small faint event-time">
        <Ago at={event.at} />
      </span>
    </li>
  );
}
