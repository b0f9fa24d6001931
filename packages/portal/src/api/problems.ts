import { PltfError } from '@pltf/contracts';

/** What went wrong, as the portal shows it: what, the remedy, and the places inside a form. */
export interface Trouble {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly fix: string;
  readonly errors: readonly {
    readonly where: string;
    readonly message: string;
    readonly fix?: string;
  }[];
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof PltfError) {
    const { code, kind, detail, fix, errors } = error;
    return { code, title: kind.title, detail, fix, errors };
  }
  return {
    code: 'internal',
    title: 'The portal failed',
    detail: error instanceof Error ? error.message : String(error),
    fix: 'Reload the page; if it stays, tell the platform team what you did.',
    errors: [],
  };
}

export const isProblem = (error: unknown, ...codes: readonly PltfError['code'][]): boolean =>
  error instanceof PltfError && codes.includes(error.code);

/** Whether the platform itself could not be reached, as against an answer that says no. */
export const isAway = (error: unknown): boolean =>
  isProblem(error, 'unavailable', 'database-unavailable');

/** An answer that trying again may change, at most twice. */
export const worthRetrying = (failures: number, error: unknown): boolean =>
  failures < 2 &&
  error instanceof PltfError &&
  error.kind.retryable &&
  error.code !== 'unavailable';
