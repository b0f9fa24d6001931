import {
  type ErrorItem,
  type PlatformFacts,
  PltfError,
  type Spec,
  type Verdict,
} from '@pltf/contracts';
import {
  type CompiledGuardrails,
  denies,
  evaluateGuardrails,
  type GuardedObject,
  goldenPathFor,
  judgeWith,
  placementObjects,
  planComponent,
  type RepositoryRoot,
} from '@pltf/plan';
import type { Clock } from '../../kernel/clock.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { Tx } from '../../persistence/transaction.ts';
import type { ExceptionQueries } from './exception-queries.ts';
import type { GuardrailSource } from './guardrail-set.ts';
import type { GoldenPathSource } from './placed-specs.ts';
import { withPreviews } from './preview-covers.ts';
import { forgetRefusals, putRefusals } from './refusals.ts';

/** Something that is to be placed. */
export interface JudgeRequest {
  readonly component: string;
  /** The component's team. */
  readonly owner: string;
  readonly spec: Spec;
  /** Previews of another branch than the default one. */
  readonly branch?: string | undefined;
  /** Of the newest release of the default branch: what is there now. */
  readonly before?: Spec | undefined;
  /** As it is written: for lines and for remedies that were tried. */
  readonly thinFile?: string | undefined;
  readonly root?: RepositoryRoot | undefined;
}

export interface Judgement {
  /** The placements that were looked at. */
  readonly subjects: readonly string[];
  /** All that does not pass, in every environment where it would run. */
  readonly verdicts: readonly Verdict[];
}

/** Stops what would break an enforced guardrail before it is placed. What is placed already goes on. */
export interface Gate {
  judge(request: JudgeRequest): Promise<Judgement>;
  /** Keeps what was refused, for who asks for an exception from it; what passes now is forgotten. */
  remember(tx: Tx, component: string, judgement: Judgement): Promise<void>;
}

export interface GateDependencies {
  readonly platform: Pick<PlatformSource, 'current'>;
  readonly guardrails: GuardrailSource;
  readonly exceptions: Pick<ExceptionQueries, 'active'>;
  readonly paths: GoldenPathSource;
  readonly clock: Clock;
}

const thinFileName = 'pltf.yaml';

export function gate(dependencies: GateDependencies): Gate {
  return {
    judge: (request) => judge(dependencies, request),
    remember: async (tx, component, { subjects, verdicts }) => {
      const broken = verdicts.filter(({ state }) => state === 'deny' || state === 'warn');
      await forgetRefusals(tx, component, subjects);
      await putRefusals(tx, component, broken, dependencies.clock.now());
    },
  };
}

async function judge(dependencies: GateDependencies, request: JudgeRequest): Promise<Judgement> {
  const { platform, guardrails, exceptions, paths, clock } = dependencies;
  const now = clock.now();
  const { inForce, compiled } = guardrails.current();
  const facts: PlatformFacts = {
    asOf: now.toISOString(),
    platform: platform.current(),
    guardrails: [...inForce],
    goldenPaths: [...(await paths.goldenPaths())],
    exceptions: [...(await exceptions.active(now, request.component))],
    names: {},
    components: { [request.component]: componentFacts(request) },
  };
  const judged = judgedObjects(request, facts);
  const places = judged.map(({ subject, environment = '' }) => ({
    ...{ placement: subject, environment },
    component: request.component,
  }));
  const known = withPreviews(facts.exceptions, places, facts.platform);
  const context = { now, exceptions: known, includePasses: false };
  const verdicts = evaluateGuardrails(compiled, judged, context);
  return {
    subjects: judged.map(({ subject }) => subject),
    verdicts: withPlaces(verdicts, request, facts, compiled, now),
  };
}

const componentFacts = ({ component, owner, spec, before }: JudgeRequest) => ({
  name: component,
  state: 'ready' as const,
  owner,
  ...(spec.path === undefined ? {} : { path: spec.path }),
  ...(before === undefined ? {} : { spec: before }),
  placements: [],
});

function judgedObjects(
  { spec, owner, branch, before }: JudgeRequest,
  { platform, goldenPaths }: PlatformFacts,
): readonly GuardedObject[] {
  const objectsOf = (of: Spec, on: string | undefined) => {
    const path = goldenPathFor({ goldenPaths }, of.kind, of.path);
    return placementObjects({ ...of, owner }, platform, path, on);
  };
  // A branch has its preview; what it would be elsewhere is known before it is merged.
  const own = branch === undefined ? [] : objectsOf(spec, branch);
  const all = objectsOf(spec, undefined).filter(
    ({ environment }) => branch === undefined || environment.kind === 'stable',
  );
  const old = before === undefined ? [] : objectsOf(before, undefined);
  return [...own, ...all].map(({ object, id, environment }) => {
    const there = old.find((one) => one.id === id);
    const at = { subject: id, environment: environment.name };
    return { object, ...at, ...(there === undefined ? {} : { oldObject: there.object }) };
  });
}

/** The same verdicts with the lines of the thin file and the remedies that were tried, as a plan gives them. */
function withPlaces(
  verdicts: readonly Verdict[],
  { thinFile, root, owner }: JudgeRequest,
  facts: PlatformFacts,
  compiled: CompiledGuardrails,
  now: Date,
): readonly Verdict[] {
  if (thinFile === undefined || verdicts.length === 0) return verdicts;
  const plan = planComponent({
    ...{ text: thinFile, fileName: thinFileName, root, facts, owner, now },
    judge: judgeWith(compiled),
  });
  return verdicts.map((verdict) => {
    const said = plan.verdicts.find(
      ({ guardrail, environment }) =>
        guardrail === verdict.guardrail && environment === verdict.environment,
    );
    return {
      ...verdict,
      ...(said?.where === undefined ? {} : { where: said.where }),
      ...(said?.fix === undefined ? {} : { fix: said.fix }),
    };
  });
}

/** Of these verdicts, those that keep a release from these environments. */
export const denialsIn = (
  { verdicts }: Judgement,
  environments: readonly string[],
): readonly Verdict[] =>
  verdicts.filter(
    (verdict) =>
      denies(verdict) &&
      (verdict.environment === undefined || environments.includes(verdict.environment)),
  );

/** What is wrong, where, and what solves it, as every error says it. */
export const denialItem = (verdict: Verdict): ErrorItem => ({
  where: verdict.where ?? verdict.subject,
  message: messageOf(verdict),
  fix: verdict.remedy,
});

function messageOf({ environment, guardrail, message, title, expired, state }: Verdict): string {
  const what = state === 'error' ? `could not be evaluated: ${message ?? ''}` : (message ?? title);
  const ended =
    expired === undefined
      ? ''
      : ` (the exception ${expired.id} ended on ${expired.expired.slice(0, 10)})`;
  return `${guardrail}${environment === undefined ? '' : ` in ${environment}`}: ${what}${ended}`;
}

/** Throws `guardrail-denied` when one of these environments does not allow it. */
export function refuseDenied(
  component: string,
  judgement: Judgement,
  environments: readonly string[],
): void {
  const denials = denialsIn(judgement, environments);
  const [first] = denials;
  if (first === undefined) return;
  const names = [...new Set(denials.map(({ guardrail }) => guardrail))];
  throw new PltfError('guardrail-denied', {
    detail: `${names.join(', ')} ${names.length === 1 ? 'does' : 'do'} not allow ${component} in ${environments.join(', ')}`,
    errors: denials.map(denialItem),
  });
}
