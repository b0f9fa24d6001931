import { type ErrorItem, PlatformFile } from '@pltf/contracts';
import { parseDocument } from 'yaml';

/** The platform that a newcomer gets: preview, staging, prod on one machine. */
export const builtinPlatform: PlatformFile = PlatformFile.parse({});

export type ParsedPlatformFile =
  | { readonly ok: true; readonly platform: PlatformFile }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

/** Reads a platform file from YAML; never throws, all problems at once. */
export function parsePlatformFile(text: string, fileName = 'platform.yaml'): ParsedPlatformFile {
  const document = parseDocument(text, { uniqueKeys: true, stringKeys: true });
  const broken = document.errors.map((error) => ({
    where: fileName,
    message: error.message.split('\n')[0] ?? '',
  }));
  if (broken.length > 0) return { ok: false, problems: broken };
  const result = PlatformFile.safeParse(document.toJS({ maxAliasCount: 20 }) ?? {});
  if (result.success) return { ok: true, platform: result.data };
  const problems = result.error.issues.map((issue) => ({
    where: `${fileName} ${issue.path.join('.')}`.trim(),
    message: issue.message,
  }));
  return { ok: false, problems };
}
