import type { Provenance } from '@pltf/contracts';
import { kindOrigins } from './field-origins.ts';
import type { Origin } from './origin.ts';
import { sharedOrigins } from './shared-origins.ts';

export type FieldPath = readonly (string | number)[];

/** Why a rendered field is what it is. */
export interface FieldExplanation {
  /** One sentence for a person. */
  readonly because: string;
  /** Inputs of the renderer that it was made from; empty for a default of the platform. */
  readonly from: readonly string[];
  /** Lines, golden paths and platform defaults behind those inputs, as far as the plan knows them. */
  readonly provenance: readonly Provenance[];
}

/**
 * Which line or default a field of a rendered object came from; an empty path is the object itself. `whyOf` answers for
 * a key of the thin file, like `run.size`: a plan has it. Undefined for what the renderer does not make.
 */
export function explainField(
  kind: string,
  path: FieldPath,
  whyOf: (thinFileKey: string) => Provenance | undefined = () => undefined,
): FieldExplanation | undefined {
  const found = originOf(kind, path);
  if (found === undefined) return undefined;
  const keys = new Set(found.from.flatMap((input) => thinFileKeys[input] ?? []));
  const provenance = [...keys].flatMap((key) => whyOf(key) ?? []);
  return { because: found.because, from: found.from, provenance };
}

/** The keys of the thin file that decide an input. */
const thinFileKeys: Readonly<Record<string, readonly string[]>> = {
  'spec.run.memoryMiB': ['run.size'],
  'spec.run.cpu': ['run.size'],
  'spec.run.instances': ['run.instances'],
  'spec.run.command': ['run.command'],
  'spec.run.args': ['run.args'],
  'spec.run.files': ['run.files'],
  'spec.run.volumes': ['run.volumes'],
  'spec.run.port': ['run.port'],
  'spec.run.health': ['run.health'],
  'spec.run.metrics': ['run.metrics'],
  'spec.run.alive': ['run.alive'],
  'spec.run.env': ['run.env'],
  'spec.run.drainMs': ['run.drain'],
  'spec.run.startTimeoutMs': ['run.startTimeout'],
  'spec.run.volume': ['run.volume'],
  'spec.needs': ['needs'],
  'spec.routes': ['routes'],
  'spec.objective': ['slo'],
  'spec.component': ['name'],
  'spec.kind': ['kind'],
  'spec.owner': ['owner'],
  'spec.tier': ['tier'],
  'spec.environment': ['env'],
  callees: ['needs'],
  schedule: ['schedule'],
};

function originOf(kind: string, path: FieldPath): Origin | undefined {
  const rules = kindOrigins[kind];
  if (rules === undefined) return undefined;
  const shared = sharedOrigins[String(path.at(-1))];
  if (shared !== undefined && kind !== 'Placement' && inMap(path)) return shared;
  return rules.find((rule) => matches(rule.path, path)) ?? ofEveryObject(path);
}

const maps: ReadonlySet<string | number> = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'selector',
]);
const inMap = (path: FieldPath): boolean => path.length >= 2 && maps.has(path.at(-2) ?? '');

function ofEveryObject(path: FieldPath): Origin | undefined {
  const [first, second] = path;
  const made = (from: readonly string[], because: string): Origin => ({ path: '', from, because });
  if (first === 'apiVersion' || first === 'kind') return made([], 'what it is');
  if (first !== 'metadata') return undefined;
  if (second === 'name') return made(['metadata.name'], 'the placement');
  if (second === 'namespace')
    return made(['metadata.name', 'spec.environment'], 'the placement and its environment');
  return undefined;
}

/** Keys of maps may hold dots, so a path comes in parts; a rule has none in its own. */
function matches(rule: string, path: FieldPath): boolean {
  const parts = rule === '' ? [] : rule.split('.');
  const open = parts.at(-1) === '**';
  const fixed = open ? parts.slice(0, -1) : parts;
  if (open ? path.length < fixed.length : path.length !== fixed.length) return false;
  return fixed.every((part, index) => part === '*' || part === String(path[index]));
}
