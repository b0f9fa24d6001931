import type { PlatformFile } from '@pltf/contracts';

/** One version of the platform as code: its file, and what lies beside it. Immutable. */
export interface PlatformSnapshot {
  /** 0 is the built-in one, or the operator's own file; each change makes the next number. */
  readonly version: number;
  /** Names the exact contents: `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly file: PlatformFile;
  /** Texts of the platform's own guardrails by path: `guardrails/regions.yaml`. */
  readonly guardrails: ReadonlyMap<string, string>;
}

/** Versions of old, for what was made with them. Undefined where a version is not kept. */
export interface PlatformHistory {
  at(version: number): Promise<PlatformSnapshot | undefined>;
}

/**
 * The platform file as it is now. It changes while the server runs: ask when it is used, keep nothing of it.
 * One answer is consistent in itself; two questions may be answered by two versions.
 */
export interface PlatformSource {
  current(): PlatformFile;
  snapshot(): PlatformSnapshot;
  /** Calls back after each change; answers with how to stop. */
  subscribe(listener: (snapshot: PlatformSnapshot) => void): () => void;
}
