/** Where a placement is, where something of it may still be, and whom it calls: each end of an edge is told of the other. */
export const runtimes = `
alter table placements
  add column runtime text,
  add column left_on text[] not null default '{}',
  add column calls text[] not null default '{}',
  add column port integer,
  add column platform_version integer;
create index placements_calls on placements using gin (calls);
`;
