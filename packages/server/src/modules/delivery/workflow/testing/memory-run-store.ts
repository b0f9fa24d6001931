import { isDeepStrictEqual } from 'node:util';
import { PltfError } from '@pltf/contracts';
import { RunPlan } from '../run-plan.ts';
import { RunState } from '../run-state.ts';
import type { RunStore } from '../run-store.ts';

export interface MemoryRunStore extends RunStore {
  /** Every state that was saved, oldest first. */
  readonly saved: readonly RunState[];
  /** Called before each save with its number, from 1; throws to let the save fail. */
  beforeSave: (number: number) => void;
}

/** Keeps one run as a database would: as JSON that is parsed again when it is read. */
export function createMemoryRunStore(runId: string, plan: RunPlan): MemoryRunStore {
  const planJson = JSON.stringify(plan);
  const saved: RunState[] = [];
  let stateJson: string | undefined;
  let version = 0;
  let saves = 0;
  const store: MemoryRunStore = {
    saved,
    beforeSave: () => undefined,
    load: async (id) => {
      if (id !== runId) return undefined;
      const state = stateJson === undefined ? {} : { state: RunState.parse(JSON.parse(stateJson)) };
      return { plan: RunPlan.parse(JSON.parse(planJson)), version, ...state };
    },
    save: async (id, state, expected) => {
      saves += 1;
      store.beforeSave(saves);
      if (id !== runId || expected !== version) {
        throw new PltfError('conflict', {
          detail: `Run ${id} has version ${version}, not ${expected}`,
        });
      }
      stateJson = JSON.stringify(state);
      const parsed = RunState.parse(JSON.parse(stateJson));
      // What the schema does not know would be lost in a database.
      if (!isDeepStrictEqual(parsed, JSON.parse(stateJson)))
        throw new Error('RunState loses part of a state');
      saved.push(parsed);
      version += 1;
      return version;
    },
  };
  return store;
}
