import type { ErrorItem } from '@pltf/contracts';
import { byPlace, describeIssue } from '../thin-file/shape-problems.ts';
import type { YamlPlaces } from '../yaml-text.ts';
import { inOrder } from './order.ts';
import { brokenReference, piecesOf, type References, textsIn } from './placeholders.ts';
import { ScoreFile, scoreVersion } from './score-shape.ts';

/** A Score file that its own rules accept. */
export interface ScoreWorkload {
  readonly document: ScoreFile;
  readonly places: YamlPlaces;
  /** Containers in the order in which they start. */
  readonly startOrder: readonly string[];
}

export type ReadScore =
  | { readonly ok: true; readonly workload: ScoreWorkload }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

const mostProblems = 100;
const example =
  'The smallest has `apiVersion: score.dev/v1b1`, `metadata: {name: shop}` and `containers: {main: {image: .}}`.';

/** Whether a document says that it is a Score workload, of whatever version. */
export const isScore = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'apiVersion' in value &&
  typeof value.apiVersion === 'string' &&
  value.apiVersion.startsWith('score.dev/');

/** Reads a Score workload by the rules of Score: its schema, its references, its start order. All problems at once. */
export function readScore(value: unknown, places: YamlPlaces): ReadScore {
  const result = ScoreFile.safeParse(value);
  if (!result.success) {
    const reader = { shape: ScoreFile, value, places, example, otherWords: {}, fixFor };
    const problems = result.error.issues
      .slice(0, mostProblems)
      .flatMap((issue) => describeIssue(issue, reader));
    return { ok: false, problems: problems.slice(0, mostProblems).toSorted(byPlace) };
  }
  const document = result.data;
  const started = startOrder(document, places);
  const problems = [
    ...referenceProblems(document, places),
    ...targetProblems(document, places),
    ...started.problems,
  ];
  if (problems.length > 0)
    return { ok: false, problems: problems.slice(0, mostProblems).toSorted(byPlace) };
  return { ok: true, workload: { document, places, startOrder: started.order } };
}

function fixFor(path: readonly PropertyKey[]): string | undefined {
  if (path[0] === 'apiVersion') return `Write \`apiVersion: ${scoreVersion}\`.`;
  if (path.at(-1) === 'image') return 'Name an image, or `.` for the one that is built.';
  return 'See the specification at https://docs.score.dev.';
}

/** References stand in variables, files, sources of volumes and parameters of resources; elsewhere they are text. */
function referenceProblems(document: ScoreFile, places: YamlPlaces): readonly ErrorItem[] {
  const references: References = {
    metadata: document.metadata,
    resources: new Set(Object.keys(document.resources ?? {})),
  };
  return [...referringTexts(document)].flatMap(([path, text]) =>
    piecesOf(text).flatMap((piece) => {
      const broken = piece.kind === 'text' ? undefined : brokenReference(piece, references);
      if (broken === undefined) return [];
      const { offset, message, fix } = broken;
      return [{ where: places.inside(path, offset), message, fix }];
    }),
  );
}

/** The old form of files and volumes, a list, has to say where each goes. */
function targetProblems({ containers }: ScoreFile, places: YamlPlaces): readonly ErrorItem[] {
  return Object.entries(containers).flatMap(([name, container]) =>
    (['files', 'volumes'] as const).flatMap((key) => {
      const list = container[key];
      if (!Array.isArray(list)) return [];
      return list.flatMap(({ target }, index) => {
        if (target !== undefined && target !== '') return [];
        const where = places.value(['containers', name, key, index]);
        const fix = 'Add `target`, or write a map from targets to what goes there.';
        return [{ where, message: `containers.${name}.${key}.${index}.target is missing`, fix }];
      });
    }),
  );
}

type Text = readonly [readonly (string | number)[], string];

function* referringTexts({ containers, resources }: ScoreFile): Generator<Text> {
  for (const [name, container] of Object.entries(containers)) {
    const at = ['containers', name];
    yield* textsIn(container.variables, [...at, 'variables']);
    for (const [key, file] of Object.entries(container.files ?? {})) {
      const path = [...at, 'files', Array.isArray(container.files) ? Number(key) : key];
      if (file.noExpand !== true) yield* textsIn(file.content, [...path, 'content']);
      yield* textsIn(file.source, [...path, 'source']);
    }
    for (const [key, volume] of Object.entries(container.volumes ?? {})) {
      const step = Array.isArray(container.volumes) ? Number(key) : key;
      yield* textsIn(volume.source, [...at, 'volumes', step, 'source']);
    }
  }
  for (const [name, { params }] of Object.entries(resources ?? {}))
    yield* textsIn(params, ['resources', name, 'params']);
}

interface StartOrder {
  readonly order: readonly string[];
  readonly problems: readonly ErrorItem[];
}

/** `before` of a container names those that wait for it. */
function startOrder({ containers }: ScoreFile, places: YamlPlaces): StartOrder {
  const waits = new Map(Object.keys(containers).map((name) => [name, new Set<string>()]));
  const problems: ErrorItem[] = [];
  for (const [name, { before = {} }] of Object.entries(containers)) {
    for (const other of Object.keys(before)) {
      const where = places.key(['containers', name, 'before', other]);
      const waiting = waits.get(other);
      if (other === name) {
        const message = `${name} is to start before itself`;
        problems.push({ where, message, fix: 'Take it out.' });
      } else if (waiting === undefined) {
        const fix = `The containers are: ${[...waits.keys()].join(', ')}.`;
        problems.push({ where, message: `there is no container \`${other}\``, fix });
      } else waiting.add(name);
    }
  }
  const { order, cycle } = inOrder(waits);
  const [first] = cycle;
  if (first !== undefined) {
    const message = `containers wait for each other in a circle: ${cycle.join(', ')}`;
    const where = places.key(['containers', first, 'before']);
    problems.push({ where, message, fix: 'Take one of `before` out.' });
  }
  return { order, problems };
}
