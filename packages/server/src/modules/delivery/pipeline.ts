import type { Run, RunSummary } from './run.ts';

export interface PipelineRequest {
  readonly run: Run;
  readonly team: string;
  /** Texts of the repository's workflow files at the commit, by path. */
  readonly workflows: ReadonlyMap<string, string>;
  /** Texts of the repository's own actions (`action.yml`), by path. */
  readonly actions: ReadonlyMap<string, string>;
  readonly before: string | undefined;
  readonly changedPaths: readonly string[] | undefined;
  /** Aborts when somebody cancels the run; the pipeline ends in order and answers `cancelled`. */
  readonly cancel: AbortSignal;
  /** Aborts when this server has to let go: throws, and goes on elsewhere from what is stored. */
  readonly signal: AbortSignal;
  readonly onProgress: (summary: RunSummary) => Promise<void>;
}

export interface PipelineResult {
  readonly state: 'passed' | 'failed' | 'cancelled';
  readonly summary: RunSummary;
}

/** Runs a repository's own workflows. Resumable: called again for the same run it goes on where it was. */
export interface Pipeline {
  execute(request: PipelineRequest): Promise<PipelineResult>;
}
