import { type ErrorItem, PltfError } from '@pltf/contracts';
import { parseThinFile, resolveSpec } from '@pltf/plan';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { defaultBranch } from '../catalog/index.ts';
import { environmentsOf } from '../delivery/index.ts';
import { denialItem, denialsIn, type Gate } from '../policy/index.ts';
import type { FileEntry } from '../repos/index.ts';
import { rootFacts } from './golden-path-facts.ts';

/** What guardrails refuse of what a repository would begin with; nothing for what cannot be read, which others say. */
export type CreationGate = (
  component: string,
  owner: string,
  files: ReadonlyMap<string, FileEntry>,
) => Promise<readonly ErrorItem[]>;

const thinFileName = 'pltf.yaml';

export const creationGate =
  ({
    gate,
    platform,
  }: {
    readonly gate: Gate;
    readonly platform: Pick<PlatformSource, 'current'>;
  }): CreationGate =>
  async (component, owner, files) => {
    const entry = files.get(thinFileName);
    if (entry === undefined) return [];
    const thinFile = Buffer.from(entry.bytes).toString('utf8');
    const parsed = parseThinFile(thinFile, thinFileName);
    if (!parsed.ok) return [];
    const { names, texts } = rootFacts(files);
    const root = { names, texts: new Map(Object.entries(texts)) };
    const file = platform.current();
    const resolved = resolveSpec(parsed.file, file, { places: parsed.places, root });
    if (!resolved.ok) return [];
    const { spec } = resolved;
    const judgement = await gate.judge({ component, owner, spec, thinFile, root });
    return denialsIn(judgement, environmentsOf(spec, defaultBranch, file)).map(denialItem);
  };

/** Throws `guardrail-denied` when there is something to refuse. */
export function refuseCreation(component: string, refused: readonly ErrorItem[]): void {
  if (refused.length === 0) return;
  throw new PltfError('guardrail-denied', {
    detail: `guardrails do not allow ${component} as it would begin`,
    errors: refused,
  });
}
