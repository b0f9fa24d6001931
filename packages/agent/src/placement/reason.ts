import { errorKinds, PltfError, type Reason } from '@pltf/contracts';
import { z } from 'zod';

/** What failed elsewhere may bring its own last lines. */
const WithLog = z.object({ log: z.array(z.string()) });

/** An error in the user's terms. */
export function asReason(error: unknown, log: readonly string[] = []): Reason {
  if (error instanceof PltfError) {
    const lines = WithLog.safeParse(error.cause).data?.log ?? log;
    return { code: error.code, detail: error.detail, fix: error.fix, log: [...lines] };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { code: 'internal', detail, fix: errorKinds.internal.fix, log: [...log] };
}
