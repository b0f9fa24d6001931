import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from './certificates.ts';

/** An API server that asks everybody who they are, has no object, and tells nothing on its watches. */
export interface SecuredApiServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Whom it lets in: `Bearer x`, `Basic x`, or the name of a client certificate. */
  readonly lets: Set<string>;
  /** Whom it let in, one for each request. */
  readonly let: string[];
  /** Headers of the last request. */
  headers(): IncomingMessage['headers'];
  /** Every connection breaks. */
  cut(): void;
}

const resource = (name: string, kind: string) => ({ name, kind, namespaced: true });
const open: Readonly<Record<string, object>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    groups: [{ versions: [{ groupVersion: 'batch/v1' }] }],
  },
  '/api/v1': {
    kind: 'APIResourceList',
    resources: [resource('configmaps', 'ConfigMap'), resource('pods', 'Pod')],
  },
  '/apis/batch/v1': { kind: 'APIResourceList', resources: [resource('jobs', 'Job')] },
  '/version': { minor: '33' },
};

export async function securedApiServer(
  own: Certificate,
  clients: readonly Certificate[],
): Promise<SecuredApiServer> {
  const lets = new Set<string>();
  const admitted: string[] = [];
  let headers: IncomingMessage['headers'] = {};
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    headers = request.headers;
    const who = [request.headers.authorization, nameOf(request)].find(
      (one) => one !== undefined && lets.has(one),
    );
    if (who === undefined) {
      reply(response, 401, { kind: 'Status', message: 'Unauthorized' });
      return;
    }
    admitted.push(who);
    const path = request.url ?? '';
    if (path.includes('watch=')) response.writeHead(200).write('');
    else if (path.includes('?')) {
      reply(response, 200, { metadata: { resourceVersion: '1' }, items: [] });
    } else reply(response, 200, open[path] ?? { kind: 'ConfigMap' });
  };
  const ca = [own.cert, ...clients.map(({ cert }) => cert)];
  const server: Server = createServer(
    { key: own.key, cert: own.cert, ca, requestCert: true, rejectUnauthorized: false },
    answer,
  );
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `https://127.0.0.1:${port}`, port, lets, let: admitted },
    headers: () => headers,
    cut: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function nameOf({ socket }: IncomingMessage): string | undefined {
  const { authorized, getPeerCertificate } = socket as TLSSocket;
  const name = authorized ? getPeerCertificate.call(socket)?.subject?.CN : undefined;
  return typeof name === 'string' ? name : undefined;
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
