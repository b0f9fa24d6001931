import { PltfError } from '@pltf/contracts';
import type { TestHandlers } from './handler-types.ts';

type Names = 'checkCluster' | 'execCommand' | 'getPlacementEvidence';

const none = (what: string): PltfError =>
  new PltfError('runtime-cannot', { detail: `the platform of the tests has no ${what}` });

/** What only a real runtime can answer: there is none behind these tests, and the portal does not ask. */
export const clusterHandlers: Pick<TestHandlers, Names> = {
  checkCluster: () => {
    throw none('clusters');
  },
  execCommand: () => {
    throw none('shells');
  },
  getPlacementEvidence: () => {
    throw none('evidence');
  },
};
