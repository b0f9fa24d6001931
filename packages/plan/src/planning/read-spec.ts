import type {
  ErrorItem,
  GoldenPathFacts,
  PlatformFacts,
  PlatformFile,
  Provenance,
  Spec,
  ThinFile,
} from '@pltf/contracts';
import { readClasses } from '../privacy/index.ts';
import { namesImage } from '../render/agent/agent-run.ts';
import {
  type ComponentFile,
  readThinFileOrScore,
  resolveComponent,
} from '../thin-file/read-components.ts';
import type { ResolvedSpec } from '../thin-file/resolve-spec.ts';
import type { GoldenPathDefaults } from '../thin-file/sources.ts';
import type { RepositoryRoot } from '../thin-file/start-command.ts';
import type { YamlPlaces } from '../yaml-text.ts';
import { platformPlaces } from './platform-places.ts';

export interface ReadSpec {
  readonly file: ThinFile;
  readonly places: YamlPlaces;
  readonly spec: Spec;
  readonly root: RepositoryRoot | undefined;
  readonly why: Readonly<Record<string, Provenance>>;
}

export interface SpecSource {
  readonly text: string;
  readonly fileName: string;
  readonly facts: Pick<PlatformFacts, 'platform' | 'platformText'>;
  readonly root: (file: ThinFile) => RepositoryRoot | undefined;
  readonly path: (file: ThinFile) => GoldenPathFacts | undefined;
  readonly owner: (file: ThinFile) => string;
  /** Nobody asks where its values are: finding that out takes half of the time. */
  readonly withoutPlaces?: boolean | undefined;
}

export type SpecResult =
  | ({ readonly ok: true } & ReadSpec)
  | {
      readonly ok: false;
      readonly name: string | undefined;
      readonly problems: readonly ErrorItem[];
    };

/** From the text of a thin file to the spec, with what the golden path and the owner's rules add; all problems at once. */
export function readSpec(source: SpecSource): SpecResult {
  const [component, second] = readThinFileOrScore(source.text, source.fileName);
  if (component?.ok !== true || second !== undefined) {
    return { ok: false, name: undefined, problems: problemsOf(component, second) };
  }
  const { file, places } = component;
  const root = source.root(file);
  const quick = source.withoutPlaces === true;
  const asked = quick ? { ...component, places: noPlaces } : component;
  const resolved = resolveComponent(asked, source.facts.platform, {
    root,
    goldenPath: defaultsOf(file, source.path(file)),
    platformPlaces: quick ? undefined : platformPlaces(source.facts),
  });
  const problems = [
    ...(resolved.ok ? [] : resolved.problems),
    ...(resolved.ok ? classProblems(resolved.spec, places) : []),
    ...(resolved.ok && !quick ? imageProblems(resolved, source.facts.platform) : []),
  ];
  if (!resolved.ok || problems.length > 0) return { ok: false, name: file.name, problems };
  const { why } = resolved;
  return {
    ok: true,
    file,
    places,
    root,
    why,
    spec: { ...resolved.spec, owner: source.owner(file) },
  };
}

const noPlaces: YamlPlaces = { value: () => '', key: () => '', inside: () => '' };

function problemsOf(
  first: ComponentFile | undefined,
  second: ComponentFile | undefined,
): readonly ErrorItem[] {
  if (first?.ok === false) return first.problems;
  if (second?.ok === false) return second.problems;
  const where = second === undefined ? '' : second.places.value([]);
  return [{ where, message: 'one component is planned at a time', fix: 'Plan each document.' }];
}

/** What the golden path says where the file says nothing; a path for another kind of component says nothing. */
const defaultsOf = (
  file: ThinFile,
  path: GoldenPathFacts | undefined,
): GoldenPathDefaults | undefined =>
  path?.defaults === undefined || path.kind !== file.kind
    ? undefined
    : {
        id: path.id,
        version: path.version,
        defaults: path.defaults,
      };

function classProblems(spec: Spec, places: YamlPlaces): readonly ErrorItem[] {
  const own = [{ policy: spec.policy, path: ['policy'] as readonly string[] }];
  const others = Object.entries(spec.policies ?? {}).map(([name, policy]) => ({
    policy,
    path: ['envs', name, 'policy'],
  }));
  const problems = [...own, ...others].flatMap(({ policy, path }) =>
    readClasses(policy).problems.map(({ key, ...problem }) => ({
      where: places.value([...path, key]),
      ...problem,
    })),
  );
  return [...new Map(problems.map((one) => [`${one.where} ${one.message}`, one])).values()];
}

/** Where plain processes run, an image that somebody else built would be neither run nor missed. */
function imageProblems(
  { spec, why }: ResolvedSpec & { readonly ok: true },
  { environments, runtimes }: PlatformFile,
): readonly ErrorItem[] {
  const plain = environments.filter(({ name, runtime }) => {
    const rule = runtimes[runtime];
    const isPlain = rule?.driver === 'agent' && rule.isolation === 'process';
    return isPlain && namesImage(spec.run[name]?.image);
  });
  const [first] = plain;
  if (first === undefined) return [];
  const names = plain.map(({ name }) => name).join(', ');
  return [
    {
      where: why['run.image']?.where ?? 'run.image',
      message: `${names} ${plain.length === 1 ? 'runs' : 'run'} plain processes, not the image ${spec.run[first.name]?.image}`,
      fix: 'Have the platform team put them on a runtime with containers (`runtimes:` with `isolation: docker`, or a cluster), or write `image: .`, so that the repository itself is run.',
    },
  ];
}
