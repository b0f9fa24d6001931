import type {
  AuditEntry,
  ComponentDetail,
  EventView,
  GoldenPathView,
  KeptObject,
  LogLine,
  OperationView,
  RolloutView,
  RunView,
  TaskView,
} from '@pltf/contracts';
import type { Team, Token, User } from '../../src/api/views.ts';
import { emptyGovernance, type Governance } from './governance/governance.ts';

/** Everything that the platform of the tests knows, in memory. Shapes are the contract's own. */
export interface World {
  readonly components: Map<string, ComponentDetail>;
  readonly operations: Map<string, OperationView>;
  readonly runs: Map<string, RunView>;
  readonly rollouts: Map<string, RolloutView[]>;
  readonly tasks: Map<string, TaskView>;
  readonly paths: readonly GoldenPathView[];
  readonly events: EventView[];
  readonly users: Map<string, User>;
  readonly teams: Map<string, Team>;
  readonly tokens: Token[];
  readonly audit: AuditEntry[];
  /** One-time sign-in tokens and whom they sign in. */
  readonly links: Map<string, string>;
  /** Session cookies and whose they are. */
  readonly sessions: Map<string, string>;
  readonly followers: Set<(event: EventView) => void>;
  readonly logFollowers: Map<string, Set<(line: LogLine) => void>>;
  /** Requests as they came, for tests that count them. */
  readonly requests: { readonly method: string; readonly path: string; readonly body: unknown }[];
  /** By placement: what nothing wants any more. */
  readonly kept: Map<string, readonly KeptObject[]>;
  readonly governance: Governance;
  readonly settings: Settings;
}

export interface Settings {
  publicHealth: boolean;
  /** How long one step of a creation or rollout takes; milliseconds. */
  stepMs: number;
  /** The largest page of the catalogue, to have more than is loaded. */
  pageLimit: number;
  /** A creation of this name fails at its pipeline. */
  failing: string;
  /** Answers this to every request of the API. */
  refuse:
    | {
        readonly status: number;
        readonly code: string;
        readonly detail: string;
        readonly fix: string;
      }
    | undefined;
  /** Delays every answer; milliseconds. */
  latencyMs: number;
}

export function emptyWorld(paths: readonly GoldenPathView[]): World {
  return {
    components: new Map(),
    operations: new Map(),
    runs: new Map(),
    rollouts: new Map(),
    tasks: new Map(),
    paths,
    events: [],
    users: new Map(),
    teams: new Map(),
    tokens: [],
    audit: [],
    links: new Map(),
    sessions: new Map(),
    followers: new Set(),
    logFollowers: new Map(),
    requests: [],
    kept: new Map(),
    governance: emptyGovernance(),
    settings: {
      publicHealth: true,
      stepMs: 120,
      pageLimit: 500,
      failing: 'doomed',
      refuse: undefined,
      latencyMs: 0,
    },
  };
}

let counter = 0;

/** An id of the platform's form; grows. */
export function newId(prefix: string): string {
  counter += 1;
  return `${prefix}_${String(counter).padStart(26, '0')}`;
}

type NewEvent = Omit<EventView, 'seq' | 'at' | 'data'> & Partial<Pick<EventView, 'at' | 'data'>>;

/** Something happened: told to everybody who follows. */
export function tell(world: World, event: NewEvent): void {
  const whole: EventView = {
    at: new Date().toISOString(),
    data: {},
    ...event,
    seq: world.events.length + 1,
  };
  world.events.push(whole);
  for (const follow of world.followers) follow(whole);
}

export function writeLine(world: World, source: string, line: LogLine): void {
  for (const follow of world.logFollowers.get(source) ?? []) follow(line);
}

export const commitOf = (number: number): string =>
  Array.from({ length: 40 }, (_, digit) =>
    ((number * 7919 + digit * digit * 31 + digit * 17) % 16).toString(16),
  ).join('');
