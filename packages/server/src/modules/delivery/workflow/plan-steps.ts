import type { Step } from '@actions/workflow-parser/model/workflow-template';
import type { TemplateContext } from '@actions/workflow-parser/templates/template-context';
import type { MappingToken, TemplateToken } from '@actions/workflow-parser/templates/tokens/index';
import { isMapping, isSequence } from '@actions/workflow-parser/templates/tokens/type-guards';
import { beginComposite, type CompositeFrame, type LocalActions } from './local-actions.ts';
import type { Capabilities, StepAction, StepPlan } from './run-plan.ts';
import { type Inputs, type MappedAction, mapAction, unavailable } from './step-actions.ts';
import { chooseShell } from './step-shells.ts';
import { expressionsIn, literalEntries, literalText, type Template } from './template.ts';
import { conditionOf, find, findTemplate, iterate, placeOf } from './tokens.ts';
import { workflowLimits } from './workflow-limits.ts';

/** What planning a job's steps needs and collects. */
export interface StepPlanning {
  readonly capabilities: Capabilities;
  readonly actions: LocalActions;
  /** The flat list that grows. */
  readonly steps: StepPlan[];
  /** Steps that the whole run may still have. */
  readonly budget: { steps: number };
  readonly defaults: { readonly shell?: Template; readonly workingDirectory?: Template };
}

/** Where a list of steps stands: in a workflow file, or in the file of a composite action. */
export interface StepSource {
  readonly context: TemplateContext;
  readonly file?: string;
  readonly frame?: CompositeFrame;
}

/** Appends the steps of one sequence to the plan, those of local composite actions among them. */
export function planSteps(
  planning: StepPlanning,
  source: StepSource,
  sequence: TemplateToken | undefined,
  converted?: readonly Step[],
): void {
  if (sequence === undefined || !isSequence(sequence)) return;
  const lost = new Set<string>();
  let position = 0;
  for (const token of iterate(sequence)) {
    planning.budget.steps -= 1;
    if (planning.steps.length >= workflowLimits.stepsInJob || planning.budget.steps < 0) {
      const { stepsInJob, stepsInRun } = workflowLimits;
      source.context.error(token, `A job has at most ${stepsInJob} steps, a run ${stepsInRun}`);
      return;
    }
    const condition = converted?.[position]?.if?.expression;
    position += 1;
    if (isMapping(token)) planStep(planning, source, token, lost, condition);
  }
}

function planStep(
  planning: StepPlanning,
  source: StepSource,
  token: MappingToken,
  lost: Set<string>,
  condition: string | undefined,
): void {
  const uses = findTemplate(token, 'uses');
  const mapped =
    typeof uses === 'string'
      ? mapUses(planning, source, token, uses)
      : mapRun(planning, source, token);
  const step = stepOf(source, token, mapped, condition);
  const action = withoutLost(step, lost);
  if (action.kind === 'unavailable' && step.id !== undefined) lost.add(step.id.toLowerCase());
  const begin = planning.steps.push({ ...step, action }) - 1;
  if (action.kind === 'composite-begin') planComposite(planning, source, token, begin);
}

function stepOf(
  source: StepSource,
  token: MappingToken,
  mapped: MappedAction,
  condition: string | undefined,
): StepPlan {
  const id = findTemplate(token, 'id');
  const optional = {
    continueOnError: findTemplate(token, 'continue-on-error'),
    timeoutMinutes: findTemplate(token, 'timeout-minutes'),
    env: findTemplate(token, 'env'),
  };
  return {
    ...(typeof id === 'string' ? { id } : {}),
    name: findTemplate(token, 'name') ?? defaultName(token),
    place: placeOf(token),
    ...(source.file === undefined ? {} : { file: source.file }),
    ...(source.frame === undefined ? {} : { frame: source.frame.begin }),
    if: condition ?? conditionOf(find(token, 'if')),
    ...defined(optional),
    action: mapped.action,
    notes: [...mapped.notes],
  };
}

/** The object without the keys that are undefined. */
export function defined<Shape extends object>(
  shape: Shape,
): { [Key in keyof Shape]?: Exclude<Shape[Key], undefined> } {
  const entries = Object.entries(shape).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Shape]?: Exclude<Shape[Key], undefined> };
}

function defaultName(token: MappingToken): Template {
  const run = findTemplate(token, 'run');
  if (run === undefined) return `Run ${literalText(findTemplate(token, 'uses'))}`;
  if (typeof run === 'object' && run !== null && 'parts' in run) {
    const parts: (typeof run.parts)[number][] = ['Run '];
    for (const part of run.parts) {
      const [line = '', more] = typeof part === 'string' ? part.split('\n') : [''];
      parts.push(typeof part === 'string' ? line : part);
      if (more !== undefined) break;
    }
    return { parts };
  }
  if (typeof run === 'object' && run !== null) return 'Run a script';
  return `Run ${String(run).trim().split('\n', 1)[0] ?? ''}`;
}

function mapRun(planning: StepPlanning, source: StepSource, token: MappingToken): MappedAction {
  // Steps of a composite action do not inherit the job's defaults.
  const defaults = source.frame === undefined ? planning.defaults : {};
  const shell = findTemplate(token, 'shell') ?? defaults.shell;
  const script = findTemplate(token, 'run') ?? '';
  const action: StepAction = {
    kind: 'run',
    script,
    ...defined({
      shell,
      workingDirectory: findTemplate(token, 'working-directory') ?? defaults.workingDirectory,
    }),
  };
  if (typeof shell === 'string') {
    const choice = chooseShell(shell);
    if ('problem' in choice) source.context.error(find(token, 'shell') ?? token, choice.problem);
    if ('unavailable' in choice) return unavailable('run', choice.unavailable);
  }
  const missing = missingProgram(script, planning.capabilities);
  return missing === undefined
    ? { action, notes: [] }
    : unavailable('run', `${missing} is not installed here`);
}

/** Where a shell looks for a command: at the start of a line, and after what begins another command. */
const commandPlace = '(?:^|[;|&(`]|\\b(?:then|do|else|sudo|exec|time)\\b)\\s*';

/** A program that a script runs and that this platform lacks. */
function missingProgram(script: Template, { missingPrograms }: Capabilities): string | undefined {
  const texts =
    typeof script === 'string'
      ? [script]
      : typeof script === 'object' && script !== null && 'parts' in script
        ? script.parts.filter((part) => typeof part === 'string')
        : [];
  const text = texts.join('');
  return missingPrograms.find((program) =>
    new RegExp(`${commandPlace}${program.replace(/[^a-z0-9-]/gi, '')}(?=\\s|$)`, 'm').test(text),
  );
}

function mapUses(
  planning: StepPlanning,
  source: StepSource,
  token: MappingToken,
  uses: string,
): MappedAction {
  const inputs: Inputs = Object.fromEntries(
    literalEntries(findTemplate(token, 'with'), { lowerCase: true }),
  );
  if (!uses.startsWith('./')) return mapAction(uses, inputs, planning.capabilities);
  const depth = (source.frame?.depth ?? 0) + 1;
  if (depth > workflowLimits.compositeDepth) {
    source.context.error(find(token, 'uses') ?? token, 'Composite actions are nested too deeply');
    return unavailable(uses, 'it is nested too deeply');
  }
  const begun = beginComposite(planning.actions, uses, inputs);
  if ('problem' in begun) {
    source.context.error(find(token, 'uses') ?? token, begun.problem);
    return unavailable(uses, begun.problem);
  }
  return begun;
}

function planComposite(
  planning: StepPlanning,
  source: StepSource,
  token: MappingToken,
  begin: number,
): void {
  const { steps, actions } = planning;
  const step = steps[begin];
  if (step?.action.kind !== 'composite-begin') return;
  const file = actions.file(step.action.path);
  if (file === undefined) return;
  const frame = { begin, depth: (source.frame?.depth ?? 0) + 1 };
  planSteps(
    planning,
    { context: file.context, file: file.path, frame },
    find(file.root, 'runs', 'steps'),
  );
  const end = steps.push({
    name: step.name,
    place: placeOf(token),
    frame: begin,
    if: 'always()',
    action: { kind: 'composite-end', begin, outputs: actions.outputs(file) },
    notes: [],
  });
  steps[begin] = { ...step, action: { ...step.action, end: end - 1 } };
}

/** A step that reads the output of one that cannot run here would only fail, or do the wrong thing. */
function withoutLost(step: StepPlan, lost: ReadonlySet<string>): StepAction {
  const { action } = step;
  const inputs =
    'with' in action ? Object.values(action.with) : 'script' in action ? [action.script] : [];
  const expressions = [...inputs, step.env].flatMap(expressionsIn);
  for (const expression of expressions) {
    for (const [, id] of expression.matchAll(/\bsteps\.([\w-]+)\.outputs\b/gi)) {
      if (id === undefined || !lost.has(id.toLowerCase())) continue;
      const uses = action.kind === 'run' ? 'run' : action.kind;
      return unavailable(uses, `it needs the outputs of step ${id}, which cannot run here`).action;
    }
  }
  return action;
}
