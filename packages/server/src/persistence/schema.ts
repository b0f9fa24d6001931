import type { ComponentKind } from '@pltf/contracts';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { FleetChangeTable, PlacementHoldTable } from './fleet-tables.ts';
import type {
  AuditTable,
  IdempotencyTable,
  RequestTable,
  SessionTable,
  SignInLinkTable,
  TeamMemberTable,
  TeamTable,
  TokenTable,
  UserTable,
} from './identity-tables.ts';
import type { PlatformRefusalTable, PlatformVersionTable } from './platform-tables.ts';
import type {
  ExceptionTable,
  GuardrailAuditTable,
  GuardrailDayTable,
  GuardrailRefusalTable,
  GuardrailResultTable,
  IntakeRequestTable,
} from './policy-tables.ts';
import type { RolloutLedgerTable } from './runtime-tables.ts';

type Created = ColumnType<Date, Date | undefined, never>;
type Json<T extends object | null> = JSONColumnType<T, string, string>;

export interface EventTable {
  seq: Generated<number>;
  at: Created;
  type: string;
  actor: string;
  component: string | null;
  placement: string | null;
  environment: string | null;
  run: string | null;
  operation: string | null;
  summary: string;
  why: string | null;
  details: Json<Record<string, unknown>>;
}
export interface WorkTable {
  reconciler: string;
  key: string;
  due_at: Date;
  generation: Generated<number>;
  claimed_by: number | null;
  attempts: Generated<number>;
  last_error: string | null;
}
export interface ComponentTable {
  name: string;
  kind: ComponentKind;
  owner: string;
  description: string;
  path: string | null;
  state: 'creating' | 'ready' | 'deleting';
  /** The parsed thin file of the default branch's newest valid commit. */
  spec: Json<object | null>;
  created_by: string;
  created_at: Created;
  changed_at: Date;
}
export interface OperationTable {
  id: string;
  kind: 'create' | 'apply' | 'delete' | 'remove-preview';
  subject: string;
  state: 'running' | 'done' | 'undoing' | 'undone';
  request: Json<object>;
  steps: Json<object>;
  receipt: Json<object>;
  links: Json<object>;
  problem: Json<object | null>;
  requested_by: string;
  started_at: Created;
  finished_at: Date | null;
}
export interface BranchTable {
  component: string;
  name: string;
  commit: string;
  at: Date;
}
export interface PushTable {
  id: string;
  component: string;
  branch: string;
  before: string | null;
  after: string | null;
  actor: string;
  at: Created;
}
export interface RunTable {
  id: string;
  component: string;
  number: number;
  branch: string;
  commit: string;
  subject: string;
  author: string;
  actor: string;
  state: 'queued' | 'running' | 'passed' | 'failed' | 'cancelled' | 'superseded';
  /** The workflow engine's own state, with its version for optimistic saving. */
  machine: Json<object | null>;
  machine_version: Generated<number>;
  /** What people see: jobs, notes, failing lines. */
  view: Json<object>;
  cancel_requested: Generated<boolean>;
  release: number | null;
  created_at: Created;
  started_at: Date | null;
  finished_at: Date | null;
}
export interface ReleaseTable {
  component: string;
  number: number;
  id: string;
  commit: string;
  branch: string;
  subject: string;
  author: string;
  digest: string;
  bytes: number;
  spec: Json<object>;
  run: string | null;
  created_at: Created;
  collected_at: Date | null;
}
export interface PlacementTable {
  id: string;
  component: string;
  environment: string;
  branch: string | null;
  hosts: string[];
  state: 'present' | 'removing';
  revision: Generated<number>;
  release: number;
  instances: number;
  run_state: 'running' | 'stopped';
  restarts: Generated<number>;
  /** Somebody holds the rollout that is under way. */
  paused: Generated<boolean>;
  /** Who does, since when and why. */
  held: ColumnType<object | null, string | null | undefined, string | null>;
  /** What the driver observed last, and when. */
  observed: Json<object | null>;
  observed_at: Date | null;
  expires_at: Date | null;
  /** What the size meant when the placement was last rolled out; null for those from before that was kept. */
  sized: ColumnType<object | null, string | null | undefined, string | null>;
  /** The runtime that it is on, by its name in the platform file; null until it was handed to one. */
  runtime: string | null;
  /** Runtimes where something of it may still be. */
  left_on: Generated<string[]>;
  /** Placements that the wanted release declares as needs. */
  calls: Generated<string[]>;
  /** What its program listens on, where the spec says it. */
  port: number | null;
  /** Ports beside it: `[{port, protocol}]`. */
  more_ports: ColumnType<
    { readonly port: number; readonly protocol: 'TCP' | 'UDP' }[],
    string | undefined,
    string
  >;
  /** The version of the platform at its last rollout. */
  platform_version: number | null;
  created_at: Created;
}
export interface RolloutTable {
  id: string;
  placement: string;
  component: string;
  environment: string;
  revision: number;
  kind: 'deploy' | 'promote' | 'rollback' | 'restart' | 'scale' | 'stop' | 'start';
  state: 'running' | 'done' | 'rolled-back' | 'failed' | 'superseded';
  step: string;
  from_release: number | null;
  to_release: number;
  requested_by: string;
  why: string | null;
  reason: Json<object | null>;
  traffic: Json<object | null>;
  started_at: Created;
  switched_at: Date | null;
  finished_at: Date | null;
}
export interface TaskTable {
  id: string;
  placement: string;
  component: string;
  command: Json<string[]>;
  state: 'running' | 'passed' | 'failed';
  exit_code: number | null;
  ended: string | null;
  timeout_ms: number;
  requested_by: string;
  started_at: Created;
  finished_at: Date | null;
  /** The time by the schedule of its job; null where somebody asked for it. */
  due: Date | null;
}
/** Cursors into streams of engines: how far the agent's journal has been read. */
export interface CursorTable {
  name: string;
  seq: number;
}

/** One row. */
export interface InstallationTable {
  one: Generated<boolean>;
  id: string;
}

export interface Database {
  installation: InstallationTable;
  users: UserTable;
  teams: TeamTable;
  team_members: TeamMemberTable;
  tokens: TokenTable;
  sessions: SessionTable;
  sign_in_links: SignInLinkTable;
  audit: AuditTable;
  events: EventTable;
  work: WorkTable;
  idempotency: IdempotencyTable;
  requests: RequestTable;
  components: ComponentTable;
  operations: OperationTable;
  branches: BranchTable;
  pushes: PushTable;
  runs: RunTable;
  releases: ReleaseTable;
  placements: PlacementTable;
  rollouts: RolloutTable;
  rollout_ledger: RolloutLedgerTable;
  fleet_changes: FleetChangeTable;
  placement_holds: PlacementHoldTable;
  tasks: TaskTable;
  cursors: CursorTable;
  exceptions: ExceptionTable;
  guardrail_results: GuardrailResultTable;
  guardrail_refusals: GuardrailRefusalTable;
  guardrail_days: GuardrailDayTable;
  guardrail_audits: GuardrailAuditTable;
  intake_requests: IntakeRequestTable;
  platform_versions: PlatformVersionTable;
  platform_refusals: PlatformRefusalTable;
}
