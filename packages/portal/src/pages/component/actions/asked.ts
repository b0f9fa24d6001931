import type { ComponentDetail, PlacementView } from '@pltf/contracts';
import { lanesOf } from '../lanes.ts';

/** An action that a person is about to take; the dialog asks for the rest. */
export type Asked =
  | { readonly do: 'promote'; readonly from: string; readonly to: string; readonly release: number }
  | { readonly do: 'rollback'; readonly placement: PlacementView; readonly to?: number }
  | { readonly do: 'deploy'; readonly placement: PlacementView; readonly release?: number }
  | {
      readonly do:
        | 'restart'
        | 'scale'
        | 'stop'
        | 'start'
        | 'pause'
        | 'resume'
        | 'task'
        | 'remove-preview';
      readonly placement: PlacementView;
    }
  | {
      readonly do: 'revert-drift' | 'adopt-drift';
      readonly placement: PlacementView;
    }
  | { readonly do: 'prune'; readonly placement: PlacementView; readonly what: string }
  | { readonly do: 'delete' };

/** What a page of a component offers to its parts: whether one may act, and the way to ask for an action. */
export interface Acting {
  readonly may: boolean;
  readonly ask: (asked: Asked) => void;
}

/** What `?do=` means for a component: the last environment that has something to act on. */
export function askedBy(action: string, component: ComponentDetail): Asked | undefined {
  const lanes = lanesOf(component);
  if (action === 'delete') return { do: 'delete' };
  if (action === 'promote') {
    const lane = lanes.findLast(
      ({ next }) => next?.release !== undefined && next.not === undefined,
    );
    if (lane?.next?.release === undefined) return undefined;
    return { do: 'promote', from: lane.environment, to: lane.next.to, release: lane.next.release };
  }
  const placement = lanes.findLast(({ placements }) => placements.length > 0)?.placements[0];
  if (placement === undefined) return undefined;
  switch (action) {
    case 'restart':
    case 'scale':
    case 'stop':
    case 'start':
    case 'task':
    case 'rollback':
    case 'deploy':
      return { do: action, placement };
    default:
      return undefined;
  }
}
