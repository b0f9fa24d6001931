/** The platform as code: its versions, and what a placement's size meant when it was rolled out. */
export const platform = `
create table platform_versions (
  number int primary key check (number > 0),
  digest text not null,
  files jsonb not null,
  author text not null,
  via text not null check (via in ('apply', 'push', 'revert')),
  why text,
  reverts int,
  plan jsonb not null,
  commit text not null,
  parent text,
  created_at timestamptz not null default now()
);
create trigger platform_versions_append_only before update or delete or truncate on platform_versions
  for each statement execute function refuse_change();
create table platform_refusals (
  one boolean primary key default true check (one),
  commit text not null,
  "by" text not null,
  reason text not null,
  at timestamptz not null
);
alter table placements add column sized jsonb;
`;
