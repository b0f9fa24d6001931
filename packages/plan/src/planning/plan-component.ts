import type {
  ErrorItem,
  Plan,
  PlanItem,
  PlatformFacts,
  Spec,
  ThinFile,
  Verdict,
} from '@pltf/contracts';
import { type CostByEnvironment, planCost } from '../cost/index.ts';
import { nearest } from '../nearest.ts';
import { basisOf } from './basis.ts';
import { isDenial } from './denial.ts';
import { ownText } from './documents.ts';
import { lacksOf } from './lacks.ts';
import { type PlacedSpec, placementObjects } from './placement-objects.ts';
import { type PlanInput, type Present, pathOf, presentOf, rootOf } from './plan-input.ts';
import { planItems } from './plan-items.ts';
import { type ReadSpec, readSpec, type SpecResult } from './read-spec.ts';
import { judgeWithRemedies } from './remedies.ts';
import { placeOfObjectPath, whyOf } from './why.ts';

/**
 * What applying a thin file would do, exactly: the same on a laptop, in CI, at the API and in the portal. Pure: equal
 * inputs give equal plans. Never throws for what a user wrote; problems come with their places.
 */
export function planComponent(input: PlanInput): Plan {
  const read = readText(input, input.text);
  const present = presentOf(input.facts, (read.ok ? read.spec.name : read.name) ?? '');
  if (!read.ok) return invalid(input, read.name, present, read.problems);
  const problems = stateProblems(input.facts, present, read);
  if (problems.length > 0) return invalid(input, read.spec.name, present, problems);
  return valid(input, present, read);
}

/** The text with everything that is known filled in. */
function readText(input: PlanInput, text: string, withoutPlaces = false): SpecResult {
  const { facts } = input;
  const componentOf = (name: string) => {
    const present = presentOf(facts, name);
    return present.state === 'known' ? present.component : undefined;
  };
  const pathFor = (file: ThinFile) => pathOf(facts, file, presentOf(facts, file.name));
  return readSpec({
    text,
    fileName: input.fileName,
    facts,
    withoutPlaces,
    root: (file) => {
      const component = componentOf(file.name);
      return input.root ?? rootOf(component === undefined ? pathFor(file)?.root : component.root);
    },
    path: pathFor,
    owner: (file) =>
      componentOf(file.name)?.owner ?? file.owner ?? input.owner ?? facts.platform.defaultTeam,
  });
}

function stateProblems(
  facts: PlatformFacts,
  present: Present,
  { places, file, spec }: ReadSpec,
): readonly ErrorItem[] {
  if (present.state === 'none') return pathProblems(facts, file, places.value(['path']));
  if (present.state !== 'known') return [];
  const { component } = present;
  const where = places.value(['name']);
  if (component.state === 'deleting') {
    const fix = 'Wait until it is gone, or choose another name.';
    return [{ where, message: `${spec.name} is being deleted`, fix }];
  }
  if (file.owner !== undefined && file.owner !== component.owner) {
    const message = `${spec.name} belongs to ${component.owner}`;
    const fix = `Write \`owner: ${component.owner}\`, or choose another name.`;
    return [{ where: places.value(['owner']), message, fix }];
  }
  return component.spec !== undefined && component.spec.kind !== spec.kind
    ? [
        {
          where: places.value(['kind']),
          message: `${spec.name} is a ${component.spec.kind}; a component stays what it is`,
          fix: `Write \`kind: ${component.spec.kind}\`, or create another component.`,
        },
      ]
    : [];
}

/** What is created from a golden path needs one that is on offer, in the version named. */
function pathProblems(
  { goldenPaths }: PlatformFacts,
  { path, kind }: ThinFile,
  where: string,
): readonly ErrorItem[] {
  if (path === undefined || goldenPaths.length === 0) return [];
  const [id = '', version] = path.split('@');
  const found = goldenPaths.find((one) => one.id === id);
  if (found === undefined) {
    const ids = goldenPaths.map((one) => one.id);
    const meant = nearest(id, ids);
    const fix =
      meant === undefined ? `There are: ${ids.join(', ')}.` : `Did you mean \`${meant}\`?`;
    return [{ where, message: `there is no golden path \`${id}\``, fix }];
  }
  const fits =
    version === undefined || found.version === version || found.version.startsWith(`${version}.`);
  if (!fits) {
    const fix = `Write \`path: ${id}\`.`;
    return [{ where, message: `${id} is at version ${found.version}, not ${version}`, fix }];
  }
  return found.kind === kind
    ? []
    : [
        {
          where,
          message: `${id} makes a ${found.kind}, not a ${kind}`,
          fix: `Write \`kind: ${found.kind}\`, or leave out the path.`,
        },
      ];
}

function invalid(
  input: PlanInput,
  name: string | undefined,
  present: Present,
  problems: readonly ErrorItem[],
): Plan {
  return {
    component: name ?? '',
    ...basisOf(input, { name: name ?? '', path: undefined, present, root: undefined }),
    outcome: 'invalid',
    placements: [],
    items: [],
    verdicts: [],
    lacks: [],
    why: {},
    problems: problems.map((problem) => ({ ...problem })),
  };
}

function valid(input: PlanInput, present: Present, read: ReadSpec): Plan {
  const { facts, fileName } = input;
  const text = ownText(input.text);
  const { spec, file } = read;
  const path = pathOf(facts, file, present);
  const after = placementObjects(spec, facts.platform, path);
  const before = placedNow(input, present);
  const isThere = present.state !== 'none';
  const why = whyOf({ ...read, placed: after, path, facts, isThere });
  const items = planItems({ facts, present, path, fileName, text, spec, before, after });
  const verdicts = judgeWithRemedies(input, {
    judged: after.map((placed) => judged(placed, before, why)),
    file,
    attempt: (changed) => attempt(input, changed, before),
  });
  return {
    component: spec.name,
    ...basisOf(input, { name: spec.name, path, present, root: read.root }),
    outcome: outcomeOf(verdicts, items),
    spec,
    placements: after.map(({ object }) => object),
    items: [...items],
    verdicts: [...verdicts],
    lacks: [...lacksOf(spec, after, facts.platform, why)],
    cost: planCost(facts.platform, costsOf(before), costsOf(after), spec.budget),
    why,
    problems: [],
  };
}

/** Objects of another text, to see whether a remedy would do. */
function attempt(input: PlanInput, text: string, before: readonly PlacedSpec[]) {
  const read = readText(input, text);
  if (!read.ok) return undefined;
  const { facts } = input;
  const present = presentOf(facts, read.spec.name);
  const path = pathOf(facts, read.file, present);
  return placementObjects(read.spec, facts.platform, path).map((placed) =>
    judged(placed, before, {}),
  );
}

function judged(placed: PlacedSpec, before: readonly PlacedSpec[], why: Plan['why']) {
  const old = before.find(({ id }) => id === placed.id);
  const environment = placed.environment.name;
  return {
    object: placed.object,
    ...(old === undefined ? {} : { oldObject: old.object }),
    subject: placed.id,
    environment,
    whereOf: (path: string) => placeOfObjectPath(why, environment, path),
  };
}

type PlacedNow = readonly PlacedSpec[];

/** By facts and name: who types plans against the same facts again and again. */
const placedBefore = /* @__PURE__ */ new WeakMap<PlatformFacts, Map<string, PlacedNow>>();

/** The placements as they were applied last. */
function placedNow(input: PlanInput, present: Present): PlacedNow {
  if (present.state !== 'known') return [];
  const { facts } = input;
  const { name } = present.component;
  const known = placedBefore.get(facts) ?? new Map<string, PlacedNow>();
  const found = known.get(name);
  if (found !== undefined) return found;
  const spec = specNow(input, present);
  const placed =
    spec === undefined ? [] : placementObjects(spec, facts.platform, pathOf(facts, spec, present));
  placedBefore.set(facts, known.set(name, placed));
  return placed;
}

/** Of the thin file at the head of the default branch, else of the newest release. */
function specNow(
  input: PlanInput,
  { component: { thinFile, spec } }: Present & { readonly state: 'known' },
): Spec | undefined {
  if (thinFile === undefined) return spec;
  const read = readText({ ...input, root: undefined }, thinFile, true);
  return read.ok ? read.spec : spec;
}

const costsOf = (placed: readonly PlacedSpec[]): CostByEnvironment =>
  new Map(
    placed
      .filter(({ environment }) => environment.kind === 'stable')
      .map(({ environment, cost }) => [environment.name, cost]),
  );

function outcomeOf(verdicts: readonly Verdict[], items: readonly PlanItem[]): Plan['outcome'] {
  if (verdicts.some(isDenial)) return 'denied';
  return items.every(({ action }) => action === 'keep') ? 'unchanged' : 'changes';
}
