import type { Unavailable } from './run-plan.ts';
import { notHere } from './step-actions.ts';
import { type Json, literalEntries, type Template } from './template.ts';

const otherSystem = /^(windows|macos|mac|osx)\b/i;

/** Why a job cannot run here, by the labels that `runs-on` names literally. */
export function runnerRefusal(runsOn: Template | undefined): Unavailable | undefined {
  if (typeof runsOn === 'string') return labelsRefusal([runsOn]);
  if (typeof runsOn !== 'object' || runsOn === null) return undefined;
  if ('items' in runsOn)
    return labelsRefusal(runsOn.items.filter((item) => typeof item === 'string'));
  return 'entries' in runsOn ? runnerRefusal(literalEntries(runsOn).get('labels')) : undefined;
}

/** The same for the evaluated value. */
export function evaluatedRunnerRefusal(runsOn: Json): Unavailable | undefined {
  if (typeof runsOn === 'string') return labelsRefusal([runsOn]);
  if (Array.isArray(runsOn))
    return labelsRefusal(runsOn.filter((label) => typeof label === 'string'));
  if (typeof runsOn !== 'object' || runsOn === null) return undefined;
  return evaluatedRunnerRefusal((runsOn as Readonly<Record<string, Json>>)['labels'] ?? null);
}

function labelsRefusal(labels: readonly string[]): Unavailable | undefined {
  const label = labels.find((candidate) => otherSystem.test(candidate));
  return label === undefined
    ? undefined
    : notHere(`it asks for ${label}, and this platform runs Linux`);
}
