import type { Verdict } from '@pltf/contracts';

/** What keeps a plan from being applied; an evaluation that fails is no pass. */
export const isDenial = ({ state, mode }: Pick<Verdict, 'state' | 'mode'>): boolean =>
  state === 'deny' || (state === 'error' && mode === 'enforce');
