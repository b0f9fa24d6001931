import type { CatalogQueries } from '../catalog/index.ts';
import { type Gate, refuseDenied } from '../policy/index.ts';
import type { GitHost } from '../repos/index.ts';
import type { Release } from './release.ts';

const thinFile = 'pltf.yaml';

/** Throws `guardrail-denied` when a release may not go to an environment. */
export type ReleaseGate = (
  release: Release,
  environment: string,
  branch: string | undefined,
) => Promise<void>;

/** Judges a release as it is now: guardrails may be others than when it was made. */
export const releaseGate =
  ({
    gate,
    git,
    catalog,
  }: {
    readonly gate: Gate;
    readonly git: GitHost;
    readonly catalog: CatalogQueries;
  }): ReleaseGate =>
  async ({ component: name, spec, commit }, environment, branch) => {
    const component = await catalog.get(name);
    const { texts, names } = await git.readFiles(name, commit, [thinFile], []);
    const judgement = await gate.judge({
      ...{ component: name, owner: component.owner, spec, branch },
      before: component.spec,
      thinFile: texts.get(thinFile),
      root: { names, texts },
    });
    refuseDenied(name, judgement, [environment]);
  };
