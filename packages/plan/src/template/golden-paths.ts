import { type ErrorItem, PltfError } from '@pltf/contracts';
import { parameterPages, parseTemplate, type TemplateDocument } from './document.ts';
import { type FileMap, parentOf, textOf } from './file-map.ts';
import type { JsonObject } from './json.ts';
import { type ParameterField, parameterFields } from './parameter-fields.ts';

export type Maturity = 'supported' | 'experimental' | 'retired';

/** A golden path as the catalogue shows it. */
export interface GoldenPath {
  /** The name in `path: node-service@1`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Semantic version, from the annotation `pltf.dev/version`. */
  readonly version: string;
  readonly maturity: Maturity;
  /** What it makes: service, worker, site … */
  readonly kind: string;
  readonly owner: string;
  readonly tags: readonly string[];
  /** What the platform team promises to those who use it. */
  readonly support: string;
  /** The folder of its `template.yaml`, in the files it was found in. */
  readonly folder: string;
  /** The pages of its form as JSON schemas. */
  readonly parameters: readonly JsonObject[];
  readonly fields: readonly ParameterField[];
  readonly template: TemplateDocument;
}

export interface GoldenPathList {
  readonly paths: readonly GoldenPath[];
  /** What is wrong with those that could not be read; they hide no others. */
  readonly problems: readonly ErrorItem[];
}

const annotation = 'pltf.dev/';
const templateFile = 'template.yaml';
const noPromise = 'No promise: ask its owner before you rely on it.';
const semanticVersion = /^\d{1,5}\.\d{1,5}\.\d{1,5}$/;

/** Finds the golden paths in a folder: every `<folder>/template.yaml` is one. Sorted by id. */
export function listGoldenPaths(files: FileMap): GoldenPathList {
  const paths: GoldenPath[] = [];
  const problems: ErrorItem[] = [];
  for (const [path, file] of files) {
    const folder = parentOf(path);
    if (path !== `${folder}/${templateFile}` || folder === '' || folder.includes('/')) continue;
    try {
      const found = goldenPath(parseTemplate(textOf(file) ?? '', path), folder);
      problems.push(...labelProblems(found, path));
      paths.push(found);
    } catch (error) {
      if (!(error instanceof PltfError)) throw error;
      problems.push(
        ...(error.errors.length > 0 ? error.errors : [{ where: path, message: error.detail }]),
      );
    }
  }
  return {
    paths: paths.sort((a, b) => (a.id < b.id ? -1 : 1)),
    problems: [...problems, ...repeated(paths)],
  };
}

/** The golden path that a template describes, with what Backstage's own fields say where labels are missing. */
export function goldenPath(template: TemplateDocument, folder: string): GoldenPath {
  const { metadata, spec } = template;
  const label = (name: string): string | undefined =>
    metadata.annotations?.[`${annotation}${name}`];
  const maturity = label('maturity');
  return {
    id: metadata.name,
    title: metadata.title ?? metadata.name,
    description: metadata.description ?? '',
    version: label('version') ?? '0.0.0',
    maturity: isMaturity(maturity) ? maturity : maturityOf(spec.lifecycle),
    kind: label('kind') ?? (spec.type === 'website' ? 'site' : spec.type),
    owner: spec.owner ?? 'unknown',
    tags: metadata.tags ?? [],
    support: label('support') ?? noPromise,
    folder,
    parameters: parameterPages(template),
    fields: parameterFields(template),
    template,
  };
}

const isMaturity = (value: string | undefined): value is Maturity =>
  value === 'supported' || value === 'experimental' || value === 'retired';

function maturityOf(lifecycle: string | undefined): Maturity {
  if (lifecycle === 'production') return 'supported';
  return lifecycle === 'deprecated' ? 'retired' : 'experimental';
}

function labelProblems({ template, version }: GoldenPath, path: string): readonly ErrorItem[] {
  const labels = template.metadata.annotations ?? {};
  const maturity = labels[`${annotation}maturity`];
  const problems: ErrorItem[] = [];
  if (maturity !== undefined && !isMaturity(maturity)) {
    const fix = 'Write supported, experimental or retired.';
    problems.push({
      where: path,
      message: `${annotation}maturity is ${JSON.stringify(maturity)}`,
      fix,
    });
  }
  if (!semanticVersion.test(version)) {
    const fix = 'Write three numbers, such as 1.4.0.';
    problems.push({
      where: path,
      message: `${annotation}version is ${JSON.stringify(version)}`,
      fix,
    });
  }
  return problems;
}

function repeated(paths: readonly GoldenPath[]): readonly ErrorItem[] {
  const seen = new Map<string, string>();
  return paths.flatMap(({ id, folder }) => {
    const before = seen.get(id);
    seen.set(id, folder);
    return before === undefined
      ? []
      : [
          {
            where: `${folder}/${templateFile}`,
            message: `${id} is the name of ${before} too`,
            fix: 'Rename one.',
          },
        ];
  });
}
