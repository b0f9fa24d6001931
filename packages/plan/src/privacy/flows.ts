import type { DataFlow, Need, Spec } from '@pltf/contracts';
import { readClasses } from './privacy-classes.ts';
import { policyIn } from './protection.ts';

type Flow = Omit<DataFlow, 'environments' | 'undeclared'> & { readonly environment: string };

/**
 * Where personal data goes, by what components declare to need: to backing services of their own, to shared ones, and
 * to other components, with what those may answer. What nobody declares is not in it.
 */
export function dataFlows(specs: readonly Spec[]): readonly DataFlow[] {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const flows = specs.flatMap((spec) =>
    Object.entries(spec.needs).flatMap(([environment, needs]) =>
      Object.entries(needs).flatMap(([need, what]) =>
        flowOf({ spec, environment, need, what }, byName),
      ),
    ),
  );
  const merged = new Map<string, DataFlow>();
  for (const { environment, ...flow } of flows) {
    const key = [flow.from, flow.to, flow.kind, flow.need, flow.classes, flow.returns].join('\n');
    const environments = [...(merged.get(key)?.environments ?? []), environment];
    merged.set(key, { ...flow, environments, undeclared: undeclared(flow, byName, environments) });
  }
  return [...merged.values()].toSorted((a, b) =>
    `${a.from} ${a.to} ${a.need}` < `${b.from} ${b.to} ${b.need}` ? -1 : 1,
  );
}

interface Declared {
  readonly spec: Spec;
  readonly environment: string;
  readonly need: string;
  readonly what: Need;
}

function flowOf(
  { spec, environment, need, what }: Declared,
  specs: ReadonlyMap<string, Spec>,
): readonly Flow[] {
  if (what.kind === 'secret') return [];
  const classes = classesIn(spec, environment);
  const target = what.kind === 'offer' ? undefined : nameOf(what);
  const other = target === undefined ? undefined : specs.get(target);
  // A backing service gives back what was put into it.
  const returns = other === undefined ? [] : classesIn(other, environment);
  if (classes.length === 0 && returns.length === 0) return [];
  return [
    {
      from: spec.name,
      to: target ?? `${spec.name}/${need}`,
      kind: what.kind === 'offer' ? 'backing-service' : what.kind,
      ...{ need, environment, classes: [...classes], returns: [...returns] },
    },
  ];
}

const nameOf = (need: Exclude<Need, { kind: 'offer' | 'secret' }>): string =>
  need.kind === 'service' ? need.service : need.resource;

/** The classes of a component in an environment; in one that it has no policy for, those of all. */
export const classesIn = (spec: Spec, environment: string): readonly string[] =>
  readClasses(policyIn(spec, environment)).classes;

function undeclared(
  { to, kind, classes, returns, from }: Pick<Flow, 'to' | 'kind' | 'classes' | 'returns' | 'from'>,
  specs: ReadonlyMap<string, Spec>,
  [environment = '']: readonly string[],
): string[] {
  if (kind === 'backing-service') return [];
  const receiver = specs.get(to);
  const sender = specs.get(from);
  const missingThere =
    receiver === undefined ? [] : missing(classes, classesIn(receiver, environment));
  const missingHere = sender === undefined ? [] : missing(returns, classesIn(sender, environment));
  return [...new Set([...missingThere, ...missingHere])].toSorted();
}

const missing = (moved: readonly string[], declared: readonly string[]): readonly string[] =>
  moved.filter((id) => !declared.includes(id));
