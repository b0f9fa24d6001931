import type { ErrorItem } from '@pltf/contracts';
import { inOrder } from './order.ts';
import { piecesOf, textsIn } from './placeholders.ts';
import type { ScoreResource } from './score-shape.ts';
import type { ScoreWorkload } from './score-workload.ts';

/** `type.class#id`; two resources of the same identity are one, whichever workloads name them. */
export function resourceIdentity(
  workload: string,
  name: string,
  resource: Pick<ScoreResource, 'type' | 'class' | 'id'>,
): string {
  const { type, class: kind = 'default', id = `${workload}.${name}` } = resource;
  return `${type}.${kind}#${id}`;
}

/** Resources that several workloads share and describe differently. */
export function sharedConflicts(workloads: readonly ScoreWorkload[]): readonly ErrorItem[] {
  const seen = new Map<string, { params?: string; metadata?: string; where: string }>();
  const problems: ErrorItem[] = [];
  for (const { document, places } of workloads) {
    for (const [name, resource] of Object.entries(document.resources ?? {})) {
      const identity = resourceIdentity(document.metadata.name, name, resource);
      const where = places.key(['resources', name]);
      const before = seen.get(identity) ?? { where };
      seen.set(identity, before);
      for (const part of ['params', 'metadata'] as const) {
        if (resource[part] === undefined) continue;
        const said = canonical(resource[part]);
        if (before[part] !== undefined && before[part] !== said) {
          const message = `the resource \`${identity}\` has other ${part} at ${before.where}`;
          problems.push({
            where,
            message,
            fix: `Give both the same ${part}, or one of them another id.`,
          });
        }
        before[part] = said;
      }
    }
  }
  return problems;
}

/** The identities of all resources, each after those that its parameters refer to; a problem when that cannot be. */
export function provisionOrder(
  workloads: readonly ScoreWorkload[],
): { readonly order: readonly string[] } | { readonly problems: readonly ErrorItem[] } {
  const waits = new Map<string, Set<string>>();
  const wheres = new Map<string, string>();
  for (const { document, places } of workloads) {
    const { resources = {}, metadata } = document;
    for (const [name, resource] of Object.entries(resources)) {
      const identity = resourceIdentity(metadata.name, name, resource);
      wheres.set(identity, places.key(['resources', name]));
      const others = waits.get(identity) ?? new Set();
      waits.set(identity, others);
      for (const other of namesIn(resource.params)) {
        const named = Object.hasOwn(resources, other) ? resources[other] : undefined;
        if (named !== undefined) others.add(resourceIdentity(metadata.name, other, named));
      }
    }
  }
  const { order, cycle } = inOrder(waits);
  if (cycle.length === 0) return { order };
  const [first = ''] = cycle;
  const message = `the parameters of resources refer to each other in a circle: ${cycle.slice(0, 5).join(', ')}`;
  return {
    problems: [
      { where: wheres.get(first) ?? '', message, fix: 'Take one of these references out.' },
    ],
  };
}

function namesIn(params: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, text] of textsIn(params)) {
    for (const piece of piecesOf(text)) {
      const [root, name] = piece.kind === 'reference' ? piece.parts : [];
      if (root === 'resources' && name !== undefined) names.add(name);
    }
  }
  return names;
}

/** The same text for the same value, whatever the order of its keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
