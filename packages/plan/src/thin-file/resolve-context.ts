import type {
  EnvironmentRule,
  ErrorItem,
  PlatformFile,
  Provenance,
  ThinFile,
} from '@pltf/contracts';
import type { YamlPlaces } from '../yaml-text.ts';
import { type GoldenPathDefaults, type Path, placeIn, type Source, sourcesIn } from './sources.ts';
import type { RepositoryRoot } from './start-command.ts';

export interface ResolveOptions {
  /** Where the file's values are; without it, problems name their keys only. */
  readonly places?: YamlPlaces | undefined;
  /** What lies beside the file; without it, a command that only the repository tells stays open. */
  readonly root?: RepositoryRoot | undefined;
  /** What the golden path says where the file says nothing. */
  readonly goldenPath?: GoldenPathDefaults | undefined;
  /** Where the platform file's values are, for the origin of defaults. */
  readonly platformPlaces?: YamlPlaces | undefined;
}

/** What every step of resolving works with. */
export interface Context extends ResolveOptions {
  readonly file: ThinFile;
  readonly platform: PlatformFile;
  /** The last environment of the line. */
  readonly production: string | undefined;
  /** Who may say a value, for one environment or for all, the nearest first. */
  readonly sources: (environment?: string) => readonly Source[];
  readonly place: (path: Path) => string;
  readonly platformPlace: (path: Path) => string | undefined;
  readonly report: (problem: ErrorItem) => void;
  /** Notes where the value at a path comes from; without environment for all of them. */
  readonly explain: (
    path: string,
    provenance: Provenance,
    environment?: string,
    override?: boolean,
  ) => void;
}

export interface Findings {
  readonly context: Context;
  readonly problems: readonly ErrorItem[];
  readonly why: Readonly<Record<string, Provenance>>;
}

export function resolveContext(
  file: ThinFile,
  platform: PlatformFile,
  options: ResolveOptions,
): Findings {
  const problems = new Map<string, ErrorItem>();
  const why: Record<string, Provenance> = {};
  const { places, goldenPath, platformPlaces } = options;
  const context: Context = {
    ...options,
    file,
    platform,
    production: environmentsOfKind(platform, 'stable').at(-1)?.name,
    sources: (environment) => sourcesIn({ file, places, goldenPath }, environment),
    place: (path) => placeIn(places, path),
    platformPlace: (path) => platformPlaces?.value(path),
    // The same value is wrong once, in however many environments it counts.
    report: (problem) => problems.set(`${problem.where} ${problem.message}`, problem),
    explain: (path, provenance, environment, override = false) => {
      if (environment !== undefined) why[`envs.${environment}.${path}`] = provenance;
      // Production comes last, so that its reason stands for all.
      if (!override || why[path] === undefined) why[path] = provenance;
    },
  };
  return {
    context,
    get problems() {
      return [...problems.values()];
    },
    why,
  };
}

export const environmentsOfKind = (
  { environments }: PlatformFile,
  kind: EnvironmentRule['kind'],
): readonly EnvironmentRule[] => environments.filter((environment) => environment.kind === kind);

/** `platform-file` as the origin of a default, with its place where that is known. */
export function fromPlatform(context: Context, path: Path, because: string): Provenance {
  const where = context.platformPlace(path);
  return { source: 'platform-file', ...(where === undefined ? {} : { where }), because };
}

export const fromFile = (context: Context, path: Path): Provenance => ({
  source: 'thin-file',
  where: context.place(path),
  because: 'The thin file says so.',
});
