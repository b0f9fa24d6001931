import { errorKinds, PltfError, type Reason } from '@pltf/contracts';

/** An error in the user's terms. */
export function asReason(error: unknown, log: readonly string[] = []): Reason {
  if (error instanceof PltfError) {
    return { code: error.code, detail: error.detail, fix: error.fix, log: [...log] };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { code: 'internal', detail, fix: errorKinds.internal.fix, log: [...log] };
}
