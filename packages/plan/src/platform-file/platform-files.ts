import type { ErrorItem, Guardrail, PlatformFile } from '@pltf/contracts';
import { digestOf } from '../digest.ts';
import { parseGuardrails } from '../guardrails/index.ts';
import { parsePlatformFile } from './platform.ts';

/** The one file that every platform has. */
export const platformFileName = 'platform.yaml';

export type ReadPlatform =
  | {
      readonly ok: true;
      readonly file: PlatformFile;
      /** The platform's own; shipped ones are not among them. */
      readonly guardrails: readonly Guardrail[];
      readonly digest: string;
    }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

/** Names the exact contents of the platform's files. */
export const platformDigest = (files: Readonly<Record<string, string>>): string => digestOf(files);

/**
 * Reads the platform as code: `platform.yaml` and the documents in `guardrails/`, by path. Never throws; every problem
 * of every file at once, each with `file:line:column`.
 */
export function readPlatformFiles(files: Readonly<Record<string, string>>): ReadPlatform {
  const text = files[platformFileName];
  if (text === undefined) {
    const fix = '`pltf platform init` writes one.';
    return { ok: false, problems: [{ where: platformFileName, message: 'it is missing', fix }] };
  }
  const parsed = parsePlatformFile(text, platformFileName);
  const problems: ErrorItem[] = parsed.ok ? [] : [...parsed.problems];
  const guardrails: Guardrail[] = [];
  const homes = new Map<string, string>();
  for (const [path, document] of Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (path === platformFileName) continue;
    const read = parseGuardrails(document, path);
    if (!read.ok) problems.push(...read.problems);
    else {
      problems.push(...clashes(read.guardrails, path, homes));
      guardrails.push(...read.guardrails);
    }
  }
  if (!parsed.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, file: parsed.platform, guardrails, digest: platformDigest(files) };
}

function clashes(
  guardrails: readonly Guardrail[],
  path: string,
  homes: Map<string, string>,
): readonly ErrorItem[] {
  return guardrails.flatMap(({ metadata: { name } }) => {
    const other = homes.get(name);
    homes.set(name, path);
    if (other === undefined) return [];
    return [
      {
        where: path,
        message: `the guardrail \`${name}\` is in ${other} too`,
        fix: 'Give each an id of its own.',
      },
    ];
  });
}
