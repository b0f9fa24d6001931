import type { LogLine, ReleaseImage } from '@pltf/contracts';

export interface ImageBuildRequest {
  readonly run: string;
  readonly team: string;
  readonly component: string;
  readonly commit: string;
  /** Of the release. */
  readonly digest: string;
  /** Where it goes; undefined: it stays with the engine. */
  readonly registry: string | undefined;
  /** Build arguments of the Dockerfile. */
  readonly args: Readonly<Record<string, string>> | undefined;
  readonly signal: AbortSignal;
}

export type ImageBuildResult =
  | { readonly ok: true; readonly reference: string }
  | { readonly ok: false; readonly ended: string; readonly lines: readonly string[] };

/** Makes images of releases and knows what is in them; by the release's digest. */
export interface ImageBuilder {
  /** Has it made while other things go on; who needs it asks again. */
  begin(request: ImageBuildRequest): Promise<void>;
  /** Answers when it is made, or is not. Idempotent within a run. */
  build(request: ImageBuildRequest): Promise<ImageBuildResult>;
  /** Undefined where none was asked for. */
  find(digest: string): Promise<ReleaseImage | undefined>;
  /** What is in it (CycloneDX), or where it came from (an in-toto statement). Throws `not-found`. */
  document(digest: string, name: 'sbom' | 'provenance'): Promise<Record<string, unknown>>;
  /** Nothing when there is no image. */
  log(digest: string, follow: boolean, signal: AbortSignal): AsyncIterable<LogLine>;
}
