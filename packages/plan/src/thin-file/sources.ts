import type { EnvironmentSection, Provenance, ThinFile } from '@pltf/contracts';
import type { z } from 'zod';
import type { YamlPlaces } from '../yaml-text.ts';

/** What a thin file and each environment's override of it may both say. */
export type Part = z.infer<typeof EnvironmentSection>;
export type Path = readonly (string | number)[];

/** What a golden path says where the thin file says nothing, in the shape of a thin file. */
export interface GoldenPathDefaults {
  readonly id: string;
  readonly version: string;
  readonly defaults: Part & {
    readonly tier?: number | undefined;
    readonly envs?: Readonly<Record<string, Part>> | undefined;
  };
}

/** One place that may say a value, for one environment or for all. */
export interface Source {
  readonly part: Part;
  /** Says it for one environment only. */
  readonly override: boolean;
  /** `file:line:column` of what the path leads to, or of what is nearest above it. */
  readonly place: (path: Path) => string;
  readonly provenance: (path: Path) => Provenance;
}

/** A value and where it is from. */
export interface Value<T> {
  readonly value: T;
  readonly where: string;
  readonly override: boolean;
  readonly provenance: Provenance;
}

interface Origin {
  readonly file: ThinFile;
  readonly places: YamlPlaces | undefined;
  readonly goldenPath: GoldenPathDefaults | undefined;
}

/** Who may say something, the nearest first: the file for this environment, the file, then the golden path alike. */
export function sourcesIn(origin: Origin, environment?: string): readonly Source[] {
  const { file, goldenPath } = origin;
  const of = (
    whole: { readonly envs?: Readonly<Record<string, Part>> | undefined } & Part,
    make: (part: Part, prefix: Path) => Source,
  ): readonly Source[] => {
    const own = environment === undefined ? undefined : ownPart(whole.envs, environment);
    return [
      ...(own === undefined ? [] : [make(own, ['envs', environment ?? ''])]),
      make(whole, []),
    ];
  };
  return [
    ...of(file, (part, prefix) => fileSource(origin, part, prefix)),
    ...(goldenPath === undefined
      ? []
      : of(goldenPath.defaults, (part, prefix) => pathSource(goldenPath, part, prefix))),
  ];
}

const ownPart = (
  envs: Readonly<Record<string, Part>> | undefined,
  name: string,
): Part | undefined => (envs !== undefined && Object.hasOwn(envs, name) ? envs[name] : undefined);

/** Where the file says what is at the path; without places, the path itself. */
export const placeIn = (places: YamlPlaces | undefined, path: Path): string =>
  places === undefined ? path.join('.') : places.value(path);

function fileSource({ places }: Origin, part: Part, prefix: Path): Source {
  const place = (path: Path): string => placeIn(places, [...prefix, ...path]);
  const [, environment] = prefix;
  return {
    part,
    override: prefix.length > 0,
    place,
    provenance: (path) => ({
      source: 'thin-file',
      where: place(path),
      because:
        environment === undefined
          ? 'The thin file says so.'
          : `The thin file says so for ${environment}.`,
    }),
  };
}

function pathSource({ id, version }: GoldenPathDefaults, part: Part, prefix: Path): Source {
  const where = `${id}@${version}`;
  return {
    part,
    override: prefix.length > 0,
    place: () => where,
    provenance: () => ({
      source: 'golden-path',
      where,
      because: `The golden path ${id} says so where the thin file says nothing.`,
    }),
  };
}

/** The value of the nearest source that says one. */
export function first<T>(
  sources: readonly Source[],
  path: Path,
  read: (part: Part) => T | undefined,
): Value<T> | undefined {
  for (const source of sources) {
    const value = read(source.part);
    if (value !== undefined) return valueFrom(source, path, value);
  }
  return undefined;
}

/** The values of all sources by key; of those that say the same key the nearest counts. */
export function merged<T>(
  sources: readonly Source[],
  path: Path,
  read: (part: Part) => Readonly<Record<string, T>> | undefined,
): ReadonlyMap<string, Value<T>> {
  const values = new Map<string, Value<T>>();
  for (const source of sources.toReversed()) {
    for (const [key, value] of Object.entries(read(source.part) ?? {})) {
      values.set(key, valueFrom(source, [...path, key], value));
    }
  }
  return values;
}

const valueFrom = <T>(source: Source, path: Path, value: T): Value<T> => ({
  value,
  where: source.place(path),
  override: source.override,
  provenance: source.provenance(path),
});
