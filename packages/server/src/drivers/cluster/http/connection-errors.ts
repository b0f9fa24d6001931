import { PltfError } from '@pltf/contracts';

export const isUnreachable = (error: unknown): boolean =>
  error instanceof PltfError && error.code === 'cluster-unreachable';

export const isCredentials = (error: unknown): boolean =>
  error instanceof PltfError && error.code === 'cluster-credentials';

/** No connection was made, so nothing can have been done. */
export function neverSent(error: unknown): boolean {
  const text = String(error instanceof Error ? (error.cause as Error | undefined)?.message : '');
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|Connect Timeout|client is (?:closed|destroyed)/i.test(
    text,
  );
}
