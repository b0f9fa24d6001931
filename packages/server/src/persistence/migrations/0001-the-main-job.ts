/** Identity, catalogue, repositories, delivery, runtime: the tables of the main job. */
export const theMainJob = `
create table users (
  name text primary key check (length(name) between 1 and 40),
  display_name text not null,
  role text not null check (role in ('platform', 'auditor', 'member')),
  created_at timestamptz not null default now(),
  disabled_at timestamptz
);
create table teams (
  name text primary key check (length(name) between 1 and 40),
  display_name text not null,
  created_at timestamptz not null default now()
);
create table team_members (
  team text not null references teams on delete cascade,
  "user" text not null references users on delete cascade,
  role text not null check (role in ('developer', 'viewer')),
  primary key (team, "user")
);
create index team_members_by_user on team_members ("user");
create table tokens (
  id text primary key,
  name text not null,
  kind text not null check (kind in ('personal', 'machine')),
  "user" text not null references users on delete cascade,
  hash bytea not null unique,
  hint text not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create table sessions (
  hash bytea primary key,
  "user" text not null references users on delete cascade,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create table sign_in_links (
  hash bytea primary key,
  "user" text not null references users on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create table audit (
  seq bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  via text not null,
  action text not null,
  target text not null,
  outcome text not null check (outcome in ('done', 'denied', 'failed')),
  address text not null,
  request_id text not null,
  why text
);
create index audit_by_target on audit (target, seq desc);
create index audit_by_actor on audit (actor, seq desc);
create table events (
  seq bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  type text not null,
  actor text not null,
  component text,
  placement text,
  environment text,
  run text,
  operation text,
  summary text not null,
  why text,
  details jsonb not null default '{}'
);
create index events_by_component on events (component, seq desc);
create index events_by_operation on events (operation, seq) where operation is not null;
create index events_by_run on events (run, seq) where run is not null;
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function refuse_change();
create trigger events_append_only before update or delete or truncate on events
  for each statement execute function refuse_change();

create table work (
  reconciler text not null,
  key text not null,
  due_at timestamptz not null default now(),
  generation int not null default 1,
  claimed_by int,
  attempts int not null default 0,
  last_error text,
  primary key (reconciler, key)
);
create index work_due on work (due_at);
create table idempotency (
  key text not null check (length(key) <= 200),
  actor text not null,
  request_hash bytea not null,
  status int not null,
  answer jsonb not null,
  created_at timestamptz not null default now(),
  primary key (actor, key)
);

create table components (
  name text primary key check (length(name) between 1 and 40),
  kind text not null check (kind in ('service', 'worker', 'job', 'site', 'resource')),
  owner text not null references teams,
  description text not null default '',
  path text,
  state text not null check (state in ('creating', 'ready', 'deleting')),
  spec jsonb,
  created_by text not null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
create table operations (
  id text primary key,
  kind text not null check (kind in ('create', 'delete', 'remove-preview')),
  subject text not null,
  state text not null check (state in ('running', 'done', 'undoing', 'undone')),
  request jsonb not null,
  steps jsonb not null,
  receipt jsonb not null default '[]',
  links jsonb not null default '{}',
  problem jsonb,
  requested_by text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
create index operations_by_subject on operations (subject, started_at desc);
create unique index operations_one_at_a_time on operations (subject) where finished_at is null;
create table branches (
  component text not null references components on delete cascade,
  name text not null,
  commit text not null,
  at timestamptz not null default now(),
  primary key (component, name)
);
create table pushes (
  id text primary key,
  component text not null references components on delete cascade,
  branch text not null,
  before text,
  after text,
  actor text not null,
  at timestamptz not null default now()
);
create index pushes_by_component on pushes (component, at desc);
create table runs (
  id text primary key,
  component text not null references components on delete cascade,
  number int not null,
  branch text not null,
  commit text not null,
  subject text not null,
  author text not null,
  actor text not null,
  state text not null check (state in ('queued', 'running', 'passed', 'failed', 'cancelled', 'superseded')),
  machine jsonb,
  machine_version int not null default 0,
  view jsonb not null default '{}',
  cancel_requested boolean not null default false,
  release int,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  unique (component, number)
);
create index runs_by_branch on runs (component, branch, number desc);
create table releases (
  component text not null references components on delete cascade,
  number int not null,
  id text not null unique,
  commit text not null,
  branch text not null,
  subject text not null,
  author text not null,
  digest text not null,
  bytes bigint not null,
  spec jsonb not null,
  run text,
  created_at timestamptz not null default now(),
  collected_at timestamptz,
  primary key (component, number)
);
create unique index releases_by_run on releases (run) where run is not null;
create index releases_by_digest on releases (digest);
create table placements (
  id text primary key check (length(id) <= 90),
  component text not null references components,
  environment text not null,
  branch text,
  hosts text[] not null,
  state text not null check (state in ('present', 'removing')),
  revision int not null default 0,
  release int not null,
  instances int not null,
  run_state text not null check (run_state in ('running', 'stopped')),
  restarts int not null default 0,
  observed jsonb,
  observed_at timestamptz,
  expires_at timestamptz,
  created_at timestamptz not null default now()
);
create index placements_by_component on placements (component);
create unique index placements_one_per_place on placements (component, environment, coalesce(branch, ''));
create index placements_expiring on placements (expires_at) where expires_at is not null;
create table rollouts (
  id text primary key,
  placement text not null,
  component text not null,
  environment text not null,
  revision int not null,
  kind text not null check (kind in ('deploy', 'promote', 'rollback', 'restart', 'scale', 'stop', 'start')),
  state text not null check (state in ('running', 'done', 'rolled-back', 'failed', 'superseded')),
  step text not null,
  from_release int,
  to_release int not null,
  requested_by text not null,
  why text,
  reason jsonb,
  traffic jsonb,
  started_at timestamptz not null default now(),
  switched_at timestamptz,
  finished_at timestamptz
);
create index rollouts_by_placement on rollouts (placement, started_at desc);
create index rollouts_by_component on rollouts (component, started_at desc);
create table tasks (
  id text primary key,
  placement text not null,
  component text not null,
  command jsonb not null,
  state text not null check (state in ('running', 'passed', 'failed')),
  exit_code int,
  ended text,
  timeout_ms int not null,
  requested_by text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
create index tasks_by_component on tasks (component, started_at desc);
create table cursors (name text primary key, seq bigint not null);
`;
