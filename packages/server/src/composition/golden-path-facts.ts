import type { GoldenPathFacts } from '@pltf/contracts';
import type { PlatformSource } from '../kernel/platform-source.ts';
import type { Scaffolder } from '../modules/paths/index.ts';
import type { GoldenPathSource } from '../modules/policy/index.ts';

/** Golden paths as guardrails see them: what the folder has, with what the platform file says of each. */
export const goldenPathSource = (
  scaffolder: Scaffolder,
  platform: PlatformSource,
): GoldenPathSource => ({
  goldenPaths: async () => {
    const rules = platform.current().goldenPaths;
    return (await scaffolder.list()).map(
      ({ id, version, kind, maturity, support, owner }): GoldenPathFacts => {
        const rule = rules[id];
        return {
          ...{ id, version, kind },
          maturity: rule?.maturity ?? maturity,
          support: rule?.support ?? support,
          owner: rule?.owner ?? owner,
          ...(rule?.endOfSupport === undefined ? {} : { endOfSupport: rule.endOfSupport }),
        };
      },
    );
  },
});
