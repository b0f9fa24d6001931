import { type ErrorItem, Guardrail } from '@pltf/contracts';
import { nearest } from '../nearest.ts';
import { readYamlDocuments, type YamlPlaces } from '../yaml-text.ts';
import { guardrailProblems } from './guardrail-problems.ts';

export type ParsedGuardrails =
  | { readonly ok: true; readonly guardrails: readonly Guardrail[] }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

const maximumBytes = 1024 * 1024;
const maximumDocuments = 200;
const mostProblems = 100;
const example =
  'A guardrail is a YAML document with `apiVersion: pltf.dev/v1`, `kind: Guardrail`, `metadata` and `spec`; copy a shipped one.';

/**
 * Reads guardrails, several documents of one file. Never throws; all problems at once, each with `file:line:column`;
 * those of an expression with the place inside it.
 */
export function parseGuardrails(text: string, fileName: string): ParsedGuardrails {
  const read = readYamlDocuments(text, { fileName, maximumBytes, maximumDocuments, example });
  if (!read.ok) return read;
  const guardrails: Guardrail[] = [];
  const problems: ErrorItem[] = [];
  for (const { value, places } of read.documents) {
    const result = Guardrail.safeParse(value);
    if (!result.success) {
      problems.push(...result.error.issues.flatMap((issue) => shapeProblems(issue, places)));
      continue;
    }
    problems.push(...guardrailProblems(result.data, places));
    const { name } = result.data.metadata;
    if (guardrails.some(({ metadata }) => metadata.name === name)) {
      const fix = 'Give each an id of its own.';
      const where = places.value(['metadata', 'name']);
      problems.push({ where, message: `there are two guardrails \`${name}\``, fix });
    }
    guardrails.push(result.data);
  }
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, mostProblems) };
  return { ok: true, guardrails };
}

interface ShapeIssue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function shapeProblems(issue: ShapeIssue, places: YamlPlaces): readonly ErrorItem[] {
  const path = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys') {
    const message = path === '' ? issue.message : `${path}: ${issue.message}`;
    return [{ where: places.value(issue.path), message }];
  }
  return (issue.keys ?? []).map((key) => {
    const where = places.key([...issue.path, key]);
    const meant = nearest(key, knownKeys);
    const fix = meant === undefined ? 'Take it out.' : `Did you mean \`${meant}\`?`;
    return { where, message: `there is no key \`${key.slice(0, 100)}\` here`, fix };
  });
}

const knownKeys = [
  ...['apiVersion', 'kind', 'metadata', 'spec', 'name', 'title', 'why', 'severity', 'owner'],
  ...['controls', 'mode', 'enforceFrom', 'match', 'resources', 'group', 'version', 'resource'],
  ...['environments', 'conditions', 'expression', 'params', 'variables', 'validations', 'message'],
  ...['messageExpression', 'path', 'breaking', 'remedy', 'text', 'changes', 'value', 'cases'],
  ...['object', 'oldObject', 'verdict', 'now'],
];
