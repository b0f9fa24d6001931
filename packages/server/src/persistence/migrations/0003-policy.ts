/** Guardrails over what runs, exceptions from them, and requests for what does not fit. */
export const policy = `
create table exceptions (
  id text primary key,
  guardrail text not null check (length(guardrail) <= 63),
  component text not null,
  environment text,
  state text not null check (state in ('pending', 'approved', 'rejected', 'revoked', 'withdrawn', 'expired')),
  owner text not null,
  team text not null,
  requester text not null,
  approver text,
  reason text not null,
  compensating_control text not null,
  ticket text,
  decision_reason text,
  requested_at timestamptz not null,
  starts_at timestamptz,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  ended_reason text,
  covers jsonb not null default '{}',
  notices int[] not null default '{}',
  flag_reason text,
  flag_since timestamptz,
  flag_ends_at timestamptz,
  check (approver is null or approver <> requester),
  check (state <> 'approved' or (approver is not null and starts_at is not null and ended_at is null))
);
create index exceptions_by_component on exceptions (component, requested_at desc);
create index exceptions_by_guardrail on exceptions (guardrail, requested_at desc);
create index exceptions_open on exceptions (expires_at) where state in ('pending', 'approved');
create unique index exceptions_one_pending on exceptions (guardrail, component, coalesce(environment, ''))
  where state = 'pending';

create table guardrail_results (
  placement text not null references placements on delete cascade,
  guardrail text not null,
  component text not null,
  environment text not null,
  state text not null check (state in ('warn', 'deny', 'excepted', 'error')),
  digest text,
  exception text,
  verdict jsonb not null,
  since timestamptz not null,
  primary key (placement, guardrail)
);
create index guardrail_results_by_guardrail on guardrail_results (guardrail, placement);
create index guardrail_results_by_component on guardrail_results (component);
create index guardrail_results_by_exception on guardrail_results (exception) where exception is not null;

create table guardrail_refusals (
  placement text not null,
  guardrail text not null,
  component text not null references components on delete cascade,
  environment text not null,
  verdict jsonb not null,
  at timestamptz not null,
  primary key (placement, guardrail)
);
create index guardrail_refusals_by_component on guardrail_refusals (component);

create table guardrail_days (
  guardrail text not null,
  day text not null check (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  looked int,
  warn int not null,
  deny int not null,
  excepted int not null,
  error int not null,
  primary key (guardrail, day)
);

create table guardrail_audits (
  id int primary key check (id = 1),
  facts text not null,
  as_of timestamptz not null,
  placements int not null,
  took_ms int not null
);

create table intake_requests (
  id text primary key,
  title text not null,
  what text not null,
  component text,
  state text not null check (state in ('open', 'accepted', 'declined', 'withdrawn')),
  requester text not null,
  owner text not null,
  asked_at timestamptz not null,
  answer_by timestamptz not null,
  overdue_told boolean not null default false,
  decided_by text,
  decided_at timestamptz,
  decision_reason text
);
create index intake_requests_by_age on intake_requests (id desc);
create index intake_requests_open on intake_requests (owner, answer_by) where state = 'open';
`;
