import type { IncomingMessage, ServerResponse } from 'node:http';
import { PltfError, toProblem } from '@pltf/contracts';
import type { z } from 'zod';

const bodyBytes = 2 * 1024 * 1024;

/** Reads a JSON body and parses it. Throws `body-too-large` or `bad-request` naming every wrong field. */
export async function readBody<S extends z.ZodType>(
  request: IncomingMessage,
  schema: S,
): Promise<z.infer<S>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyBytes) {
      throw new PltfError('body-too-large', { detail: `More than ${bodyBytes} bytes were sent.` });
    }
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new PltfError('bad-request', { detail: 'The body is not JSON.' });
  }
  return parse(schema, body);
}

export function parse<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new PltfError('bad-request', {
    detail: 'The request does not have the shape of the protocol.',
    errors: result.error.issues.slice(0, 50).map((issue) => ({
      where: issue.path.join('.'),
      message: issue.message,
    })),
  });
}

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

export function answerEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status);
  response.end();
}

export function answerProblem(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof PltfError
      ? error
      : new PltfError('internal', { detail: error instanceof Error ? error.message : 'Unknown.' });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = toProblem(known);
  const text = JSON.stringify(problem);
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Writes values as lines of JSON, as fast as the reader takes them, until it goes away. */
export async function answerLines(
  response: ServerResponse,
  make: (signal: AbortSignal) => AsyncIterable<unknown>,
): Promise<void> {
  const control = new AbortController();
  response.once('close', () => control.abort());
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    response.writeHead(200, {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
    });
    response.flushHeaders();
  };
  const values = make(control.signal)[Symbol.asyncIterator]();
  const first = values.next();
  // A problem shows at once or not at all; a stream without a first line yet must still be answered.
  first.catch(() => clearTimeout(opened));
  const opened = setTimeout(begin, 10);
  try {
    for (let step = await first; step.done !== true; step = await values.next()) {
      begin();
      if (!response.write(`${JSON.stringify(step.value)}\n`)) await drained(response);
      if (control.signal.aborted) break;
    }
    begin();
    response.end();
  } finally {
    clearTimeout(opened);
    await values.return?.();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      response.off('drain', end);
      response.off('close', end);
      resolve();
    };
    response.once('drain', end);
    response.once('close', end);
  });
}
