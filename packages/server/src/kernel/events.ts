import type { EventType } from '@pltf/contracts';

/** Something that happened, before the table gives it its place in the order. */
export interface NewEvent {
  readonly type: EventType;
  readonly actor: string;
  readonly component?: string;
  readonly placement?: string;
  readonly environment?: string;
  readonly run?: string;
  readonly operation?: string;
  readonly summary: string;
  readonly why?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The platform itself as an actor. */
export const platformActor = 'platform';
