import { PltfError } from '@pltf/contracts';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { ClusterAccess } from './kubeconfig.ts';

const connectMs = 10_000;

/** Whom we trust, and as whom we connect; `given` is a client certificate that a program gave. */
export const tlsOf = (
  access: ClusterAccess,
  given: { readonly cert: string; readonly key: string } | undefined,
): object => ({
  ...(access.ca === undefined ? {} : { ca: access.ca }),
  ...(access.serverName === undefined ? {} : { servername: access.serverName }),
  ...(access.insecure ? { rejectUnauthorized: false } : {}),
  ...certificateOf(given ?? access),
});

const certificateOf = (of: {
  readonly cert: string | undefined;
  readonly key: string | undefined;
}) => (of.cert === undefined || of.key === undefined ? {} : { cert: of.cert, key: of.key });

/** Connections that are kept; through the proxy that the kubeconfig names, if it names one. */
export function dispatcher(access: ClusterAccess, tls: object, connections: number): Dispatcher {
  const keep = {
    connections,
    keepAliveTimeout: 60_000,
    keepAliveMaxTimeout: 300_000,
    pipelining: 1,
  };
  if (access.proxy === undefined) {
    return new Agent({ ...keep, connect: { ...tls, timeout: connectMs } });
  }
  if (!/^https?:/.test(access.proxy)) {
    throw new PltfError('cluster-unknown', {
      detail: `the kubeconfig names the proxy ${access.proxy}, and only http and https are understood`,
    });
  }
  return new ProxyAgent({ ...keep, uri: access.proxy, requestTls: { ...tls, timeout: connectMs } });
}
