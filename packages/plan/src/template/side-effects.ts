import type { SideEffect, SideEffectRequest } from './actions/action.ts';
import type { NamedStep } from './document.ts';
import { cloneJson, type JsonObject, type JsonValue } from './json.ts';
import { type RunState, writeLog } from './run-state.ts';

interface SideEffectTurn {
  readonly each?: { readonly key: string };
  readonly input: JsonObject;
}

/** Hands one turn of a step to the caller's action and answers its outputs. */
export async function carryOut(
  state: RunState,
  step: NamedStep,
  action: string,
  sideEffect: SideEffect,
  turn: SideEffectTurn,
): Promise<JsonObject> {
  const { run } = state;
  const request: SideEffectRequest = {
    action,
    step: { id: step.id, name: step.name },
    key: turn.each === undefined ? step.id : `${step.id}[${turn.each.key}]`,
    taskId: run.taskId,
    input: turn.input,
    secrets: run.dryRun === true ? {} : { ...run.secrets },
    // A snapshot: later steps must not change what was published.
    workspace: new Map(state.workspace.files),
    dryRun: run.dryRun === true,
    ...(run.signal === undefined ? {} : { signal: run.signal }),
    log: (message) => writeLog(state, step.id, 'info', message),
    checkpoint: (key, work) => checkpoint(state, `v1.task.checkpoint.${step.id}.${key}`, work),
  };
  return cloneJson((await sideEffect.run(request)) ?? {});
}

/** A stored value is used again, also when it is falsy (Backstage does such work twice). */
async function checkpoint<T extends JsonValue>(
  { run }: RunState,
  key: string,
  work: () => T | Promise<T>,
): Promise<T> {
  const stored = await run.checkpoints?.get(key);
  if (stored !== undefined) return stored.value as T;
  const value = await work();
  await run.checkpoints?.put(key, value);
  return value;
}
