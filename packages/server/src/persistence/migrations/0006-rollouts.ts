/** What drivers that roll out themselves must remember of a placement, and rollouts that somebody holds. */
export const rollouts = `
create table rollout_ledger (
  placement text not null,
  runtime text not null,
  version integer not null,
  record jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (runtime, placement)
);
alter table placements add column paused boolean not null default false;
`;
