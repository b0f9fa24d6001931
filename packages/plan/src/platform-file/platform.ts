import { type ErrorItem, PlatformFile } from '@pltf/contracts';
import { readYamlText } from '../yaml-text.ts';
import { platformContradictions } from './platform-rules.ts';
import { shapeProblems } from './platform-shape.ts';

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
    const problems = shapeProblems(result.error.issues, places);
    return { ok: false, problems };
  }
  const problems = platformContradictions(result.data, places);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, platform: result.data };
}
