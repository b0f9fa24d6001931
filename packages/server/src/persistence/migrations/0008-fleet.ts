/** Changes of the platform on their way to clusters, and what is held back from them. */
export const fleet = `
create table fleet_changes (
  id text primary key,
  to_version integer not null,
  state text not null check (state in ('running', 'halted', 'aborting', 'aborted', 'finished', 'superseded')),
  waves jsonb not null,
  before jsonb not null,
  reason text,
  started_at timestamptz not null,
  finished_at timestamptz
);
create unique index fleet_changes_open on fleet_changes ((true)) where state in ('running', 'halted', 'aborting');
create index fleet_changes_version on fleet_changes (to_version);
create table placement_holds (
  placement text primary key references placements (id) on delete cascade,
  held_by text not null,
  why text not null,
  since timestamptz not null
);
`;
