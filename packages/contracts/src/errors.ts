import { type ErrorCode, type ErrorKind, errorKinds } from './error-kinds.ts';

export { type ErrorCode, type ErrorKind, errorKinds } from './error-kinds.ts';

/** One of several problems inside one error. */
export interface ErrorItem {
  /** `file:line:column`, a JSON pointer, or a field name. */
  readonly where: string;
  readonly message: string;
  readonly fix?: string;
}

export interface ErrorOptions {
  readonly detail: string;
  readonly fix?: string;
  readonly errors?: readonly ErrorItem[];
  readonly cause?: unknown;
}

/** The one error class of the product: a code from the registry, what happened here, and the remedy. */
export class PltfError extends Error {
  override readonly name = 'PltfError';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly fix: string;
  readonly errors: readonly ErrorItem[];

  constructor(code: ErrorCode, options: ErrorOptions) {
    super(
      `${code}: ${options.detail}`,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.code = code;
    this.detail = options.detail;
    this.fix = options.fix ?? errorKinds[code].fix;
    this.errors = options.errors ?? [];
  }

  get kind(): ErrorKind {
    return errorKinds[this.code];
  }
}

export const isErrorCode = (value: string): value is ErrorCode => Object.hasOwn(errorKinds, value);
