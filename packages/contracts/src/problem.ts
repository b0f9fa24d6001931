import { z } from 'zod';
import { isErrorCode, PltfError } from './errors.ts';

/** An error on the wire: RFC 9457 problem document with our `code`, `fix` and `errors`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  fix: z.string(),
  errors: z
    .array(z.object({ where: z.string(), message: z.string(), fix: z.string().optional() }))
    .default([]),
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

export function toProblem(error: PltfError, requestId?: string): Problem {
  return {
    type: `https://pltf.dev/errors/${error.code}`,
    title: error.kind.title,
    status: error.kind.status,
    code: error.code,
    detail: error.detail,
    fix: error.fix,
    errors: error.errors.map((item) => ({ ...item })),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** The error behind a problem document; a code that this version does not know becomes `internal`. */
export function fromProblem(problem: Problem): PltfError {
  return new PltfError(isErrorCode(problem.code) ? problem.code : 'internal', {
    detail: problem.detail,
    fix: problem.fix,
    errors: problem.errors.map(({ where, message, fix }) =>
      fix === undefined ? { where, message } : { where, message, fix },
    ),
  });
}
