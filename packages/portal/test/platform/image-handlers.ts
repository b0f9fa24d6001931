import { PltfError } from '@pltf/contracts';
import type { TestHandlers } from './handler-types.ts';
import { past } from './times.ts';

type Names = 'getReleaseImage' | 'getReleaseSbom' | 'getReleaseProvenance';

/** Only the newest release of the service with many has an image. */
const withImage = 14;

export const imageHandlers: Pick<TestHandlers, Names> = {
  getReleaseImage: ({ params: { component, release } }) => {
    if (release !== withImage)
      throw new PltfError('not-found', {
        detail: `release ${release} of ${component} has no image`,
        fix: 'A release gets one when it goes to an environment on containers.',
      });
    return {
      ...{ component, release, state: 'ready', builder: 'buildkit', startedAt: past(90_000) },
      reference: `registry.example.com/pltf/${component}@sha256:${'4f'.repeat(32)}`,
    };
  },
  getReleaseSbom: () => ({ bomFormat: 'CycloneDX', specVersion: '1.6' }),
  getReleaseProvenance: () => ({ _type: 'https://in-toto.io/Statement/v1' }),
};
