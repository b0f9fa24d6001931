import {
  ComponentName,
  type CreateComponent,
  type CreationPlan,
  type ErrorItem,
  type Plan,
  type PlatformFile,
  PltfError,
  type Spec,
} from '@pltf/contracts';
import { placementAddress, placementUrl, type RepositoryRoot, startFiles } from '@pltf/plan';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { CreationGate } from './creation-gate.ts';
import type { Scaffolder, ScaffoldFacts } from './scaffold.ts';

export interface PipelinePreview {
  readonly file: string | undefined;
  readonly jobs: readonly {
    readonly name: string;
    readonly runsHere: boolean;
    readonly note?: string;
  }[];
}

export interface CreationPlanDependencies {
  readonly scaffolder: Scaffolder;
  readonly platform: PlatformSource;
  readonly routerPort: number;
  /** Whether a name is free. */
  readonly isTaken: (name: string) => Promise<boolean>;
  /** What of these workflow files runs here. */
  readonly previewPipeline: (workflows: ReadonlyMap<string, string>) => PipelinePreview;
  readonly gate: CreationGate;
  /** The plan of the thin file that a creation would begin with. */
  readonly planText: (text: string, root: RepositoryRoot, owner: string) => Promise<Plan>;
}

type Draft = Omit<CreateComponent, 'name'> & { readonly name: string };
type PlanProblem = CreationPlan['problems'][number];

/** Stands in for a name that is still being typed, so that the rest of the plan can be shown. */
const unnamed = 'my-service';

/** What a creation would make, problems included; changes nothing. */
export async function planCreation(
  dependencies: CreationPlanDependencies,
  draft: Draft,
  facts: ScaffoldFacts,
): Promise<CreationPlan> {
  const platform = dependencies.platform.current();
  const problems: PlanProblem[] = await nameProblems(dependencies, draft.name);
  const name = ComponentName.safeParse(draft.name).success ? draft.name : unnamed;
  const rendered = await render(dependencies.scaffolder, { ...draft, name }, facts, problems);
  const plan = await planOf(dependencies, rendered?.files, facts.owner, problems);
  const spec = plan?.spec;
  if (rendered !== undefined)
    problems.push(...(await dependencies.gate(name, facts.owner, rendered.files)).map(asProblem));
  const workflows = new Map(
    [...(rendered?.files ?? [])]
      .filter(([path]) => path.startsWith('.github/workflows/'))
      .map(([path, file]) => [path, Buffer.from(file.bytes).toString('utf8')]),
  );
  const pipeline = dependencies.previewPipeline(workflows);
  const path = rendered?.path ?? (await anyPath(dependencies.scaffolder, draft));
  return {
    name: draft.name,
    kind: draft.kind,
    path: pathOf(path),
    owner: facts.owner,
    files: [...(rendered?.files ?? [])]
      .map(([file, { bytes }]) => ({ path: file, bytes: bytes.length }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    pipeline: {
      ...(pipeline.file === undefined ? {} : { file: pipeline.file }),
      jobs: [...pipeline.jobs],
    },
    placements: spec === undefined ? [] : placementsOf(platform, dependencies.routerPort, spec),
    problems,
    ...judgedAndPriced(plan),
  };
}

const pathOf = ({
  id,
  title,
  version,
  maturity,
  support,
}: CreationPlan['path']): CreationPlan['path'] => ({ id, title, version, maturity, support });

async function nameProblems(
  dependencies: CreationPlanDependencies,
  name: string,
): Promise<PlanProblem[]> {
  const parsed = ComponentName.safeParse(name);
  if (!parsed.success) {
    const fix = 'Lower-case letters, digits and single dashes, starting with a letter, at most 40.';
    const message =
      name === '' ? 'a name is needed' : (parsed.error.issues[0]?.message ?? 'not a name');
    return [{ where: 'name', message, fix }];
  }
  const taken = await dependencies.isTaken(name);
  return taken ? [{ where: 'name', message: `${name} is taken`, fix: 'Choose another name.' }] : [];
}

async function render(
  scaffolder: Scaffolder,
  request: CreateComponent,
  facts: ScaffoldFacts,
  problems: PlanProblem[],
) {
  try {
    return await scaffolder.scaffold(request, facts);
  } catch (error) {
    if (!(error instanceof PltfError)) throw error;
    const items =
      error.errors.length > 0
        ? error.errors
        : [{ where: 'path', message: error.detail, fix: error.fix }];
    problems.push(
      ...items.map(({ where, message, fix }) => ({
        where,
        message,
        ...(fix === undefined ? {} : { fix }),
      })),
    );
    return undefined;
  }
}

async function anyPath(scaffolder: Scaffolder, draft: Draft) {
  const paths = await scaffolder.list();
  const id = draft.path?.split('@')[0];
  const path =
    paths.find((one) => one.id === id) ?? paths.find(({ kind }) => kind === draft.kind) ?? paths[0];
  if (path === undefined) {
    throw new PltfError('golden-path-unknown', {
      detail: 'the platform has no golden paths',
      fix: 'The platform team adds one.',
    });
  }
  return path;
}

async function planOf(
  { planText }: CreationPlanDependencies,
  files: ReadonlyMap<string, { readonly bytes: Uint8Array }> | undefined,
  owner: string,
  problems: PlanProblem[],
): Promise<Plan | undefined> {
  if (files === undefined) return undefined;
  const file = files.get('pltf.yaml');
  if (file === undefined) {
    problems.push({
      where: 'pltf.yaml',
      message: 'the golden path makes no thin file',
      fix: 'Its owner mends it.',
    });
    return undefined;
  }
  const plan = await planText(Buffer.from(file.bytes).toString('utf8'), rootOf(files), owner);
  problems.push(...plan.problems);
  return plan;
}

const judgedAndPriced = (
  plan: Plan | undefined,
): Pick<CreationPlan, 'verdicts' | 'cost' | 'why'> =>
  plan === undefined || plan.outcome === 'invalid'
    ? {}
    : {
        verdicts: plan.verdicts,
        why: plan.why,
        ...(plan.cost === undefined ? {} : { cost: plan.cost }),
      };

const asProblem = ({ where, message, fix }: ErrorItem): PlanProblem => ({
  where,
  message,
  ...(fix === undefined ? {} : { fix }),
});

function rootOf(files: ReadonlyMap<string, { readonly bytes: Uint8Array }>): RepositoryRoot {
  const names = new Set([...files.keys()].map((path) => path.replace(/\/.*$/s, '/')));
  const texts = startFiles.flatMap((name) => {
    const file = files.get(name);
    return file === undefined ? [] : [[name, Buffer.from(file.bytes).toString('utf8')] as const];
  });
  return { names: [...names], texts: new Map(texts) };
}

function placementsOf(
  platform: PlatformFile,
  routerPort: number,
  spec: Spec,
): CreationPlan['placements'] {
  const serves = spec.kind === 'service' || spec.kind === 'site';
  return platform.environments.flatMap((environment) => {
    const run = spec.run[environment.name];
    if (run === undefined) return [];
    const address = placementAddress(platform, spec.name, environment.name);
    const { minimum, maximum } = run.instances;
    const url = placementUrl(platform, environment.runtime, address.host, routerPort);
    return [
      {
        id: address.id,
        environment: environment.name,
        ...(serves && url !== undefined ? { url } : {}),
        size: run.size,
        memoryMiB: run.memoryMiB,
        instances: minimum === maximum ? String(minimum) : `${minimum}..${maximum}`,
        comes: comesBy(environment),
      },
    ];
  });
}

function comesBy({ kind, follows }: PlatformFile['environments'][number]): string {
  if (kind === 'preview') return 'by itself, one for each branch';
  return follows === 'default-branch' ? 'by itself, from main' : 'by promotion';
}
