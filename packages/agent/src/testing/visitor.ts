import { type Agent, request } from 'node:http';

export interface Visit {
  readonly status: number;
  readonly text: string;
}

/** One request through the router, as a browser would send it. */
export function visit(
  port: number,
  host: string,
  path = '/',
  options: { readonly method?: string; readonly body?: string; readonly agent?: Agent } = {},
): Promise<Visit> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', body, agent } = options;
    const call = request(
      { host: '127.0.0.1', port, path, method, headers: { host }, ...(agent && { agent }) },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    call.once('error', reject);
    call.end(body);
  });
}
