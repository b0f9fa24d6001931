import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentHealth } from '@pltf/contracts';
import { z } from 'zod';
import type { ReleaseImages } from '../docker/images/release-images.ts';
import type { Journal } from '../journal/journal.ts';
import type { Placements } from '../placement/placements.ts';
import type { Releases } from '../release/releases.ts';
import type { Artifacts } from '../work/artifacts.ts';
import type { Caches } from '../work/caches.ts';
import type { Tasks } from '../work/tasks.ts';
import type { Workspaces } from '../work/workspaces.ts';
import { parse } from './answers.ts';

/** What the control API opens to the server. */
export interface ControlTargets {
  readonly placements: Placements;
  readonly journal: Journal;
  readonly tasks: Tasks;
  readonly workspaces: Workspaces;
  /** Folders in which steps look for programs. */
  readonly searchPath: readonly string[];
  readonly releases: Releases;
  readonly caches: Caches;
  readonly artifacts: Artifacts;
  readonly images: ReleaseImages;
  readonly health: () => Promise<AgentHealth>;
  readonly stop: () => void;
}

export interface Call {
  readonly targets: ControlTargets;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The parts of the path that the pattern leaves open, decoded. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
}

type Handler = (call: Call) => Promise<void> | void;

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: Handler;
}

export const Flag = z.stringbool().default(false);
export const LogQuery = z.object({
  tail: z.coerce.number().int().min(0).max(100_000).default(100),
  follow: Flag,
  instance: z.string().max(200).optional(),
});
/** Whether to wait until it is over. */
export const WaitQuery = z.object({ wait: Flag });

export const queryOf = <S extends z.ZodType>(call: Call, schema: S): z.infer<S> =>
  parse(schema, Object.fromEntries(call.query));
export const nameOf = <S extends z.ZodType>(call: Call, schema: S): z.infer<S> =>
  parse(schema, call.names[0]);

export const route = (method: string, pattern: string, handle: Handler): Route => ({
  method,
  path: new RegExp(`^/v1/${pattern.replace(/:[a-z]+/g, '([^/]+)')}$`),
  handle,
});
