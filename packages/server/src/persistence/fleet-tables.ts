import type { ColumnType, JSONColumnType } from 'kysely';

/** A version of the platform on its way to clusters, wave by wave. At most one is open. */
export interface FleetChangeTable {
  id: string;
  to_version: number;
  state: 'running' | 'halted' | 'aborting' | 'aborted' | 'finished' | 'superseded';
  waves: JSONColumnType<object[], string, string>;
  /** What each placement was made with before, by id. */
  before: JSONColumnType<object, string, string>;
  reason: string | null;
  started_at: Date;
  finished_at: Date | null;
}

/** Placements that no change of the platform touches for now. */
export interface PlacementHoldTable {
  placement: string;
  held_by: string;
  why: string;
  since: ColumnType<Date, Date, never>;
}
