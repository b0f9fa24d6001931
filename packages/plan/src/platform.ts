import { type ErrorItem, PlatformFile } from '@pltf/contracts';
import { readYamlText, type YamlPlaces } from './yaml-text.ts';

/** The platform that a newcomer gets: preview, staging, prod on one machine. */
export const builtinPlatform: PlatformFile = PlatformFile.parse({});

export type ParsedPlatformFile =
  | { readonly ok: true; readonly platform: PlatformFile }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

const maximumBytes = 1024 * 1024;
const example = 'An empty platform file is `{}`: everything has a default.';

/** Reads a platform file from YAML; never throws, all problems at once, each with `file:line:column`. */
export function parsePlatformFile(text: string, fileName = 'platform.yaml'): ParsedPlatformFile {
  const read = readYamlText(text, { fileName, maximumBytes, example });
  if (!read.ok) return read;
  const { places } = read;
  const result = PlatformFile.safeParse(read.value);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => ({
      where: places.value(path),
      message: path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
    }));
    return { ok: false, problems };
  }
  const problems = contradictions(result.data, places);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, platform: result.data };
}

/** What the shape allows and no platform can have. */
function contradictions(
  { environments, sizes }: PlatformFile,
  places: YamlPlaces,
): readonly ErrorItem[] {
  const problems: ErrorItem[] = [];
  for (const [index, { name }] of environments.entries()) {
    if (environments.findIndex((other) => other.name === name) < index) {
      const where = places.value(['environments', index, 'name']);
      problems.push({ where, message: `there are two environments \`${name}\`` });
    }
  }
  if (Object.keys(sizes).length === 0) {
    problems.push({ where: places.value(['sizes']), message: 'sizes: at least one is needed' });
  }
  return problems;
}
