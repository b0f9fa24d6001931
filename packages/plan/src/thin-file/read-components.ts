import type { ErrorItem, PlatformFile, ThinFile } from '@pltf/contracts';
import {
  isScore,
  provisionOrder,
  readScore,
  resolveScore,
  type ScoreComponent,
  scoreThinFile,
  sharedConflicts,
} from '../score/index.ts';
import { readYamlDocuments, type YamlPlaces } from '../yaml-text.ts';
import type { ResolveOptions } from './resolve-context.ts';
import { type ResolvedSpec, resolveSpec } from './resolve-spec.ts';
import {
  readThinFile,
  thinFileExample,
  thinFileLimits,
  withoutNamesakes,
} from './thin-file-parser.ts';

/** A component as its team wrote it, in whichever format. */
export type ComponentFile =
  | {
      readonly ok: true;
      readonly format: 'pltf';
      readonly file: ThinFile;
      readonly places: YamlPlaces;
    }
  /** `file` is what a thin file would say of it without a platform, for its name, kind and owner. */
  | ({ readonly ok: true; readonly format: 'score' } & ScoreComponent)
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

export type ReadComponent = Extract<ComponentFile, { readonly ok: true }>;

/** Score files carry the contents of files. */
const scoreBytes = 512 * 1024;

/**
 * Reads each document of a file: a thin file, or a Score workload, which is told by its `apiVersion: score.dev/…`. A
 * result for each in their order; what keeps the whole text from being understood is a single one, and resources that
 * several workloads share and describe differently are one more. Never throws.
 */
export function readThinFileOrScore(
  text: string,
  fileName = 'pltf.yaml',
): readonly ComponentFile[] {
  const maximumBytes = text.includes('score.dev/') ? scoreBytes : thinFileLimits.maximumBytes;
  const { maximumDocuments } = thinFileLimits;
  const read = readYamlDocuments(text, {
    fileName,
    maximumBytes,
    maximumDocuments,
    example: thinFileExample,
  });
  if (!read.ok) return [read];
  const results = withoutNamesakes(
    read.documents.map(({ value, places }) => readDocument(value, places)),
  );
  const shared = sharedProblems(results);
  return shared.length === 0 ? results : [...results, { ok: false, problems: shared }];
}

/** The spec of a component on a platform, from a thin file or a Score workload. */
export function resolveComponent(
  component: ReadComponent,
  platform: PlatformFile,
  options: Omit<ResolveOptions, 'places'> = {},
): ResolvedSpec {
  return component.format === 'score'
    ? resolveScore(component, platform, options)
    : resolveSpec(component.file, platform, { ...options, places: component.places });
}

function readDocument(value: unknown, places: YamlPlaces): ComponentFile {
  if (!isScore(value)) {
    const read = readThinFile(value, places);
    return read.ok ? { ...read, format: 'pltf' } : read;
  }
  const score = readScore(value, places);
  if (!score.ok) return score;
  const file = scoreThinFile(score.workload);
  if (!file.ok) return file;
  return { ...file, format: 'score', workload: score.workload };
}

/** What several workloads of one file say of a resource that is the same for all of them. */
function sharedProblems(components: readonly ComponentFile[]): readonly ErrorItem[] {
  const workloads = components.flatMap((one) =>
    one.ok && one.format === 'score' ? [one.workload] : [],
  );
  const order = provisionOrder(workloads);
  return [...sharedConflicts(workloads), ...('problems' in order ? order.problems : [])];
}
