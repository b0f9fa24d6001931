import { type ErrorItem, ThinFile } from '@pltf/contracts';
import { readYamlDocuments, readYamlText, type YamlPlaces } from '../yaml-text.ts';
import { byPlace, describeIssue } from './shape-problems.ts';

export type ParsedThinFile =
  | { readonly ok: true; readonly file: ThinFile; readonly places: YamlPlaces }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

/** A thin file is a page of text; more is a mistake or an attack. */
export const thinFileLimits = { maximumBytes: 64 * 1024, maximumDocuments: 50 } as const;
export const thinFileExample =
  'The smallest one has two lines: `kind: service` and `name: my-service`.';
const mostProblems = 100;

/** What the same thing is called elsewhere. */
const otherWords: Readonly<Record<string, string>> = {
  cpu: 'run.size',
  cron: 'schedule',
  databases: 'needs',
  database: 'needs',
  dependencies: 'needs',
  dependson: 'needs',
  domain: 'routes',
  domains: 'routes',
  environment: 'env',
  environments: 'env',
  goldenpath: 'path',
  healthcheck: 'run.health',
  hosts: 'routes',
  ingress: 'routes',
  memory: 'run.size',
  migrate: 'run.release',
  objectives: 'slo',
  overrides: 'envs',
  replicas: 'run.instances',
  resources: 'needs',
  scale: 'run.instances',
  secrets: 'needs',
  start: 'run.command',
  team: 'owner',
  type: 'kind',
  variables: 'run.env',
};

/**
 * Reads one thin file from YAML (or JSON), also when it was pasted as one line: `{kind: service, name: shop}` or
 * `kind: service / name: shop`. Never throws: every problem comes at once, each with `file:line:column`, what was
 * expected, and how to solve it.
 */
export function parseThinFile(text: string, fileName = 'pltf.yaml'): ParsedThinFile {
  const { maximumBytes } = thinFileLimits;
  const read = readYamlText(text, { fileName, maximumBytes, example: thinFileExample });
  return read.ok ? readThinFile(read.value, read.places) : read;
}

/**
 * Reads each document of a file, at most 50, as `parseThinFile` does one: a result for each in their order. What
 * keeps the whole text from being understood is a single result. No two may have the same name.
 */
export function parseThinFiles(text: string, fileName = 'pltf.yaml'): readonly ParsedThinFile[] {
  const read = readYamlDocuments(text, { fileName, example: thinFileExample, ...thinFileLimits });
  if (!read.ok) return [read];
  return withoutNamesakes(read.documents.map(({ value, places }) => readThinFile(value, places)));
}

/** The value of a document as a thin file. */
export function readThinFile(value: unknown, places: YamlPlaces): ParsedThinFile {
  const result = ThinFile.safeParse(value);
  if (result.success) return { ok: true, file: result.data, places };
  const reader = { shape: ThinFile, value, places, example: thinFileExample, otherWords, fixFor };
  const problems = result.error.issues
    .slice(0, mostProblems)
    .flatMap((issue) => describeIssue(issue, reader));
  return { ok: false, problems: problems.slice(0, mostProblems).toSorted(byPlace) };
}

interface Named {
  readonly file: { readonly name: string };
  readonly places: YamlPlaces;
}

/** Of two components with one name, the later is refused. */
export function withoutNamesakes<
  T extends ({ readonly ok: true } & Named) | Extract<ParsedThinFile, { readonly ok: false }>,
>(results: readonly T[]): readonly (T | Extract<ParsedThinFile, { readonly ok: false }>)[] {
  const seen = new Map<string, string>();
  return results.map((result) => {
    if (!result.ok) return result;
    const where = result.places.value(['name']);
    const before = seen.get(result.file.name);
    if (before === undefined) {
      seen.set(result.file.name, where);
      return result;
    }
    const message = `another component of this file is named ${result.file.name} too`;
    const fix = `It is at ${before}; rename one of them.`;
    return { ok: false, problems: [{ where, message, fix }] };
  });
}

function fixFor(path: readonly PropertyKey[]): string | undefined {
  const [first, second] = path;
  if (first === 'kind') return `Use one of ${ThinFile.shape.kind.options.join(', ')}.`;
  if (first === 'name')
    return 'Lower-case letters, digits and single dashes, starting with a letter, at most 40.';
  if (first === 'needs' && second !== undefined)
    return `Write \`${String(second).slice(0, 40)}: postgres/small\`, {service: …}, {secret: …} or {resource: …}.`;
  if (path.at(-1) === 'budget') return 'Write it like `40/month`.';
  return undefined;
}
