import type {
  ActiveException,
  ComponentFacts,
  GoldenPathFacts,
  PlacementObject,
  PlatformFacts,
  RootFacts,
  Verdict,
} from '@pltf/contracts';
import type { RepositoryRoot } from '../thin-file/start-command.ts';

/** One object to judge, with the one that is there now. */
export interface JudgedObject {
  readonly object: PlacementObject;
  readonly oldObject?: PlacementObject;
  /** The placement's id. */
  readonly subject: string;
  readonly environment: string;
  /** The place in the thin file that gave a path of the object its value. */
  whereOf(path: string): string | undefined;
}

/** All guardrails over some objects: one text, one verdict, wherever it is asked. */
export type Judge = (
  objects: readonly JudgedObject[],
  context: { readonly now: Date; readonly exceptions: readonly ActiveException[] },
) => readonly Verdict[];

export interface PlanInput {
  /** The thin file (or Score workload) as it is written. */
  readonly text: string;
  readonly fileName: string;
  /** What lies beside the file; without it, what the facts know of the repository or the golden path. */
  readonly root?: RepositoryRoot | undefined;
  readonly facts: PlatformFacts;
  readonly judge: Judge;
  readonly now: Date;
  /** Made without the platform, from a saved copy of its facts. */
  readonly offline?: boolean | undefined;
  /** The team that gets a component whose file names none; the platform's default one unless told. */
  readonly owner?: string | undefined;
}

/** The component as it is; `unknown` when the facts only say that its name is taken. */
export type Present =
  | { readonly state: 'none' }
  | { readonly state: 'known'; readonly component: ComponentFacts }
  | { readonly state: 'unknown'; readonly owner: string };

export function presentOf(facts: PlatformFacts, name: string): Present {
  const component = Object.hasOwn(facts.components, name) ? facts.components[name] : undefined;
  if (component !== undefined) return { state: 'known', component };
  const taken = Object.hasOwn(facts.names, name) ? facts.names[name] : undefined;
  return taken === undefined ? { state: 'none' } : { state: 'unknown', owner: taken.owner };
}

interface Paths {
  readonly goldenPaths: readonly GoldenPathFacts[];
}

/**
 * The golden path that a file names or a component came from, the version of now where that very one is gone; without
 * a name the one that its kind takes by default.
 */
export function goldenPathFor(
  facts: Paths,
  kind: GoldenPathFacts['kind'],
  named: string | undefined,
): GoldenPathFacts | undefined {
  if (named !== undefined) return facts.goldenPaths.find(({ id }) => id === named.split('@')[0]);
  const ofKind = facts.goldenPaths.filter((path) => path.kind === kind);
  return ofKind.find(({ maturity }) => maturity === 'supported') ?? ofKind[0];
}

/** The golden path of a component as it is, or as it would be created. What came from none has none. */
export function pathOf(
  facts: Paths,
  { kind, path }: { readonly kind: GoldenPathFacts['kind']; readonly path?: string | undefined },
  present: Present,
): GoldenPathFacts | undefined {
  const named = path ?? (present.state === 'known' ? present.component.path : undefined);
  return named === undefined && present.state !== 'none'
    ? undefined
    : goldenPathFor(facts, kind, named);
}

export const rootOf = (root: RootFacts | undefined): RepositoryRoot | undefined =>
  root === undefined
    ? undefined
    : { names: root.names, texts: new Map(Object.entries(root.texts)) };
