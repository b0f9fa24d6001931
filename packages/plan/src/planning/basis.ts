import type { GoldenPathFacts, Plan, PlanParts, PlatformFacts } from '@pltf/contracts';
import { digestOf } from '../digest.ts';
import { type RepositoryRoot, startCommand } from '../thin-file/start-command.ts';
import { ownText } from './documents.ts';
import type { PlanInput, Present } from './plan-input.ts';

interface Basis {
  readonly name: string;
  readonly path: GoldenPathFacts | undefined;
  readonly present: Present;
  readonly root: RepositoryRoot | undefined;
}

/** Digest and facts of a plan: equal exactly when text and the facts that it hangs on are; the clock is no part. */
export function basisOf(input: PlanInput, basis: Basis): Pick<Plan, 'digest' | 'facts'> {
  const { facts, offline } = input;
  const parts = partsOf(input, basis);
  return {
    digest: digestOf([ownText(input.text), parts]),
    facts: { digest: parts.rules, asOf: facts.asOf, offline: offline === true, parts },
  };
}

/** The facts that a plan hangs on, and no others: what others do to theirs does not make it another plan. */
function partsOf(input: PlanInput, { name, path, present, root }: Basis): PlanParts {
  const { facts } = input;
  const component = present.state === 'known' ? present.component : undefined;
  const exceptions = facts.exceptions.filter(({ scope }) => scope.component === name);
  return {
    rules: rulesDigest(facts),
    goldenPath:
      path === undefined
        ? 'none'
        : digestOf([path.id, path.version, path.maturity, path.endOfSupport, path.defaults]),
    component:
      component === undefined
        ? present.state
        : digestOf([component.owner, component.state === 'deleting', component.thinFile]),
    repository: root === undefined ? 'unknown' : digestOf(startFacts(root)),
    exceptions: exceptions.length === 0 ? 'none' : digestOf(exceptions),
  };
}

/** Other files come and go without a change of the plan. */
function startFacts(root: RepositoryRoot): unknown {
  const kinds = ['service', 'worker', 'job'] as const;
  return [kinds.map((kind) => startCommand(kind, root)), root.names.includes('public/')];
}

const rulesDigests = /* @__PURE__ */ new WeakMap<PlatformFacts['platform'], string>();

/** Of the rules that hold for everybody; computed once for the same platform file. Cases of guardrails are no rules. */
export function rulesDigest({ platform, guardrails, rules }: PlatformFacts): string {
  const known = rules ?? rulesDigests.get(platform);
  if (known !== undefined) return known;
  const spoken = guardrails.map(({ metadata, spec: { cases: _, ...spec } }) => [
    metadata.name,
    spec,
  ]);
  const digest = digestOf([platform, spoken]);
  rulesDigests.set(platform, digest);
  return digest;
}

const partNames: Readonly<Record<keyof PlanParts, string>> = {
  rules: 'the platform file or a guardrail',
  goldenPath: 'the golden path',
  component: 'the component itself: its thin file on the default branch, its owner or its state',
  repository: 'the files of the repository that say how it is started',
  exceptions: 'an exception',
};

/** What changed between two plans of the same text, in a person's words. */
export function changedParts(before: PlanParts, after: PlanParts): readonly string[] {
  return (Object.keys(partNames) as (keyof PlanParts)[])
    .filter((part) => before[part] !== after[part])
    .map((part) => partNames[part]);
}
