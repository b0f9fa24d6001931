import { canonicalJson } from '../digest.ts';
import type { KubernetesObject, RenderInput } from '../render/index.ts';
import { ownNames } from './own-names.ts';
import { type RenderedChange, renderedDifference } from './rendered-difference.ts';
import { type Risk, riskRank, startsAgain, worstRisk } from './risk.ts';

/** One rendering of a placement: its objects are made when they are asked for. */
export interface Rendering {
  /** Names what it was made from, or its bytes: equal hashes are equal objects. */
  readonly hash?: string | undefined;
  objects(): readonly KubernetesObject[];
}

/** A placement before and after a change. Undefined: it is not there (yet, or any more). */
export interface RenderedPair {
  readonly id: string;
  readonly environment: string;
  /** Whose names are taken out. */
  readonly input: RenderInput;
  readonly before: Rendering | undefined;
  readonly after: Rendering | undefined;
  /** The platform has no place for it any more: it goes as a whole, with its namespace and all that is in it. */
  readonly takenOut?: boolean | undefined;
}

/** Placements that a change makes different in the same way. */
export interface RenderedClass {
  /** The same for the same difference, everywhere. */
  readonly key: string;
  readonly risk: Risk;
  readonly startsAgain: boolean;
  /** They go as a whole: a class of its own, whatever each consists of. */
  readonly takenOut: boolean;
  readonly changes: readonly RenderedChange[];
  readonly count: number;
  readonly environments: readonly string[];
  /** Ids, at most five, in order. */
  readonly examples: readonly string[];
  /** Objects that are not the same any more, in one placement; of those that go, on average. */
  readonly objects: number;
}

export interface RenderedClasses {
  /** Answers which class it fell into; undefined for one that stays as it is. */
  add(pair: RenderedPair): string | undefined;
  readonly unchanged: number;
  /** What is most at stake first, then the largest. */
  finish(): readonly RenderedClass[];
}

export const mostExamples = 5;

interface Growing {
  readonly key: string;
  readonly changes: readonly RenderedChange[];
  readonly takenOut: boolean;
  readonly environments: Set<string>;
  objects: number;
  examples: readonly string[];
  count: number;
}

/** Sorts placements into classes of equal difference; holds one difference a class, whatever the number of placements. */
export function renderedClasses(): RenderedClasses {
  const found = new Map<string, Growing>();
  let unchanged = 0;
  return {
    add: ({ id, environment, input, before, after, takenOut = false }) => {
      const same = before?.hash !== undefined && before.hash === after?.hash;
      const was = same ? [] : (before?.objects() ?? []);
      const compared = takenOut ? was.filter(({ kind }) => kind === 'Namespace') : was;
      const will = same ? [] : (after?.objects() ?? []);
      const changes = renderedDifference(compared, will, ownNames(input));
      if (changes.length === 0) {
        unchanged += 1;
        return undefined;
      }
      const key = `${takenOut ? 'taken out\n' : ''}${classKey(changes)}`;
      const one = found.get(key) ?? start(key, changes, takenOut);
      one.objects += takenOut ? was.length : objectsOf(changes);
      found.set(key, one);
      one.count += 1;
      one.environments.add(environment);
      // The first by name, so that the order in which they come does not matter.
      one.examples = [...one.examples, id].toSorted().slice(0, mostExamples);
      return key;
    },
    get unchanged() {
      return unchanged;
    },
    finish: () =>
      [...found.values()]
        .map(finished)
        .toSorted(
          (a, b) =>
            Number(b.takenOut) - Number(a.takenOut) ||
            riskRank(b.risk) - riskRank(a.risk) ||
            b.count - a.count ||
            (a.key < b.key ? -1 : 1),
        ),
  };
}

/** Paths as they are shown: an index in a list by name may differ from placement to placement. */
const classKey = (changes: readonly RenderedChange[]): string =>
  changes
    .map(({ kind, name, shown, before, after }) =>
      canonicalJson([kind, name, shown, before ?? null, after ?? null]),
    )
    .toSorted()
    .join('\n');

const start = (key: string, changes: readonly RenderedChange[], takenOut: boolean): Growing => ({
  ...{ key, changes, takenOut, objects: 0 },
  environments: new Set(),
  examples: [],
  count: 0,
});

const objectsOf = (changes: readonly RenderedChange[]): number =>
  new Set(changes.map(({ kind, name }) => `${kind}\n${name}`)).size;

const finished = ({ changes, environments, objects, ...rest }: Growing): RenderedClass => ({
  ...rest,
  changes,
  risk: worstRisk(changes),
  startsAgain: startsAgain(changes),
  environments: [...environments].toSorted(),
  objects: Math.ceil(objects / rest.count),
});
