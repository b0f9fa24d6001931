/** Changes under way, so that neither the audit trail nor a repeated request loses one; machines as users. */
export const requestsAndMachines = `
alter table users add column kind text not null default 'person' check (kind in ('person', 'machine'));
create index sessions_by_user on sessions ("user");
create index tokens_by_user on tokens ("user", created_at desc);

create table requests (
  id text primary key,
  server int not null,
  actor text not null,
  via text not null,
  action text not null,
  target text not null,
  address text not null,
  why text,
  key text check (length(key) <= 200),
  request_hash bytea not null,
  changed boolean not null default false,
  started_at timestamptz not null default now()
);
create unique index requests_one_per_key on requests (actor, key) where key is not null;
create index idempotency_by_age on idempotency (created_at);
`;
