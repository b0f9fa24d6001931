import type { CreateComponent, GoldenPathView } from '@pltf/contracts';
import type { FileEntry } from '../repos/index.ts';

export interface Scaffolded {
  readonly path: GoldenPathView;
  readonly files: ReadonlyMap<string, FileEntry>;
}

export interface ScaffoldFacts {
  readonly owner: string;
  readonly user: string;
  readonly organisation: string;
}

/** Golden paths and what they render to. Rendering is pure: the same request gives the same files. */
export interface Scaffolder {
  list(): Promise<readonly GoldenPathView[]>;
  /** Throws `golden-path-unknown`, `bad-request` (parameters, each with its field) or `template-invalid`. */
  scaffold(request: CreateComponent, facts: ScaffoldFacts): Promise<Scaffolded>;
}
