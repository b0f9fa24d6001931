import type { LogLine } from '@pltf/contracts';

export interface BuildRequest {
  readonly run: string;
  readonly team: string;
  readonly component: string;
  readonly commit: string;
  readonly branch: string;
  /** Arguments of the build command, if the spec has one. */
  readonly build: readonly string[] | undefined;
  readonly memoryMiB: number;
  readonly signal: AbortSignal;
}

export type BuildResult =
  | { readonly ok: true; readonly digest: string; readonly bytes: number }
  | { readonly ok: false; readonly ended: string; readonly lines: readonly string[] };

/** Makes and keeps the content of releases, by digest. */
export interface ReleaseArchive {
  build(request: BuildRequest): Promise<BuildResult>;
  /** Idempotent. */
  remove(digest: string): Promise<void>;
  /** The log of a task or step of a run, in order; nothing when there is no such task. */
  stepLog(task: string, follow: boolean, signal: AbortSignal): AsyncIterable<LogLine>;
}
