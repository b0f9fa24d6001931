import { type ErrorCode, errorKinds, PltfError, toProblem } from '@pltf/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import pg from 'pg';

/** Seconds after which trying again may help, for what mends itself. */
const retryAfter: Partial<Record<ErrorCode, number>> = {
  'agent-unavailable': 1,
  'database-unavailable': 1,
  'unavailable': 2,
  'rate-limited': 1,
};

/** Fastify's own errors, by its codes. */
const fastifyCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad-request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad-request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-request',
  FST_ERR_BAD_URL: 'bad-request',
};

/** PostgreSQL's error codes that a request may meet when nothing is wrong with the program. */
function fromDatabase(error: pg.DatabaseError): PltfError | undefined {
  const code = error.code ?? '';
  const because = (kind: ErrorCode, detail: string): PltfError =>
    new PltfError(kind, { detail, cause: error });
  if (code === '23505') return because('conflict', 'there is one already');
  if (code === '23503')
    return because('conflict', 'something else still needs it, or what it needs is gone');
  if (code === '40001' || code === '40P01' || code === '55P03')
    return because('conflict', 'two changes met');
  if (code === '57014') return because('unavailable', 'the database needed too long');
  if (code === '53100') return because('disk-full', 'the database has no space left');
  if (code === '22021' || code === '22P05')
    return because('bad-request', 'a text holds a character that cannot be stored');
  // Connections, shutting down and starting, read-only, too many.
  if (/^(?:08|57P|53|25006)/.test(code))
    return because('database-unavailable', 'the database cannot serve this right now');
  return undefined;
}

/**
 * The one translation of whatever was thrown into what callers see. What nobody foresaw becomes `internal`, without
 * a word of what happened: that is in the log, under the request's id.
 */
export function toPltfError(error: unknown, requestId: string): PltfError {
  if (error instanceof PltfError) return error;
  if (error instanceof pg.DatabaseError) return fromDatabase(error) ?? internal(error, requestId);
  const code = codeOf(error);
  const known = fastifyCodes[code];
  if (known !== undefined) return new PltfError(known, { detail: detailOf(known), cause: error });
  if (code.startsWith('FST_') && statusOf(error) < 500) {
    return new PltfError('bad-request', {
      detail: 'the request cannot be understood',
      cause: error,
    });
  }
  // JSON that cannot be parsed, or that tries to replace an object's prototype.
  if (error instanceof SyntaxError && statusOf(error) === 400) {
    return new PltfError('bad-request', { detail: detailOf('bad-request'), cause: error });
  }
  return internal(error, requestId);
}

const internal = (cause: unknown, requestId: string): PltfError =>
  new PltfError('internal', { detail: `request ${requestId} failed inside the platform`, cause });

function detailOf(code: ErrorCode): string {
  if (code === 'bad-request') return 'the body is not valid JSON';
  return errorKinds[code].title.toLowerCase();
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
const statusOf = (error: unknown): number =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;

/** Answers with a problem document, and logs what is ours to mend. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  thrown: unknown,
): FastifyReply {
  const error = toPltfError(thrown, request.id);
  const { status } = error.kind;
  const fields = { code: error.code, method: request.method, route: request.routeOptions.url };
  if (status >= 500) request.log.error({ ...fields, err: error.cause ?? error }, 'request failed');
  else request.log.info({ ...fields, detail: error.detail }, 'request refused');
  const seconds = retryAfter[error.code];
  if (seconds !== undefined && reply.getHeader('retry-after') === undefined)
    void reply.header('retry-after', String(seconds));
  if (error.code === 'unauthenticated')
    void reply.header('www-authenticate', 'Bearer realm="pltf"');
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(toProblem(error, request.id)));
}
