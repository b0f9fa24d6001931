import { PltfError } from '@pltf/contracts';
import {
  builtinPlatformText,
  platformDigest,
  platformFileName,
  readPlatformFiles,
} from '@pltf/plan';
import type {
  PlatformHistory,
  PlatformSnapshot,
  PlatformSource,
} from '../../kernel/platform-source.ts';
import type { PlatformQueries } from './platform-store.ts';
import type { Files, PlatformVersion } from './platform-version.ts';

/** The operator's own platform files, which nobody else changes. */
export interface OperatorFiles {
  /** The path, for messages. */
  readonly path: string;
  readonly files: Files;
}

const mostVersions = 20;

const builtinFiles: Files = { [platformFileName]: builtinPlatformText };

/** The platform in force, as PostgreSQL says: read at the start and after each change, here or on another server. */
export class LivePlatform implements PlatformSource, PlatformHistory {
  readonly #queries: PlatformQueries;
  readonly #operator: OperatorFiles | undefined;
  readonly #versions = new Map<number, PlatformSnapshot>();
  readonly #listeners = new Set<(snapshot: PlatformSnapshot) => void>();
  #snapshot: PlatformSnapshot;

  private constructor(
    queries: PlatformQueries,
    operator: OperatorFiles | undefined,
    snapshot: PlatformSnapshot,
  ) {
    this.#queries = queries;
    this.#operator = operator;
    this.#snapshot = snapshot;
  }

  /** Throws `platform-invalid` for files of the operator, or a version of old, that cannot be understood. */
  static async open(
    queries: PlatformQueries,
    operator: OperatorFiles | undefined,
  ): Promise<LivePlatform> {
    return new LivePlatform(
      queries,
      operator,
      snapshotOf(await inForce(queries, operator), operator?.path),
    );
  }

  current() {
    return this.#snapshot.file;
  }

  snapshot() {
    return this.#snapshot;
  }

  /** Versions never change: the last few that were asked for are kept. */
  async at(version: number): Promise<PlatformSnapshot | undefined> {
    if (version === this.#snapshot.version) return this.#snapshot;
    const known = this.#versions.get(version);
    if (known !== undefined) return known;
    const found =
      version === 0 && this.#operator === undefined
        ? versionZero()
        : await this.#queries.version(version);
    const snapshot = found === undefined ? undefined : readable(found);
    if (snapshot === undefined) return undefined;
    const oldest = this.#versions.keys().next().value;
    if (this.#versions.size >= mostVersions && oldest !== undefined) this.#versions.delete(oldest);
    this.#versions.set(version, snapshot);
    return snapshot;
  }

  subscribe(listener: (snapshot: PlatformSnapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Where only the operator changes the platform: the path of that file. */
  get managedBy(): string | undefined {
    return this.#operator?.path;
  }

  /** The version in force, read anew. */
  version(): Promise<PlatformVersion> {
    return inForce(this.#queries, this.#operator);
  }

  /** Takes over what is in force now, when that is newer. */
  async refresh(): Promise<void> {
    const version = await this.version();
    if (version.number <= this.#snapshot.version) return;
    this.#snapshot = snapshotOf(version);
    for (const listener of this.#listeners) listener(this.#snapshot);
  }
}

/** Undefined for one that an older version of this program wrote and this one cannot read. */
function readable(version: PlatformVersion): PlatformSnapshot | undefined {
  try {
    return snapshotOf(version);
  } catch {
    return undefined;
  }
}

async function inForce(
  queries: PlatformQueries,
  operator: OperatorFiles | undefined,
): Promise<PlatformVersion> {
  if (operator !== undefined) return versionZero(operator.files, 'operator');
  return (await queries.newest()) ?? versionZero(builtinFiles, 'builtin');
}

/** What is in force before anybody changed anything. */
export const versionZero = (
  files: Files = builtinFiles,
  via: 'builtin' | 'operator' = 'builtin',
): PlatformVersion => ({
  ...{ number: 0, files, via, digest: platformDigest(files), author: 'platform' },
  ...{ why: undefined, reverts: undefined, plan: undefined },
  ...{ commit: undefined, parent: undefined, createdAt: undefined },
});

function snapshotOf(
  { number, digest, files }: PlatformVersion,
  path = 'the platform file',
): PlatformSnapshot {
  const read = readPlatformFiles(files);
  if (!read.ok) {
    throw new PltfError('platform-invalid', {
      detail:
        number === 0 ? `${path} is not valid` : `version ${number} of the platform is not valid`,
      errors: read.problems,
    });
  }
  const guardrails = Object.entries(files).filter(([path]) => path !== platformFileName);
  return { version: number, digest, file: read.file, guardrails: new Map(guardrails) };
}
