import { get } from 'node:http';
import { connect } from 'node:net';

/** Why an instance does not answer yet; undefined when it does. */
export type ProbeResult = string | undefined;

export interface ProbeTarget {
  /** Absent: loopback. */
  readonly address?: string | undefined;
  readonly port: number;
  /** Asked with GET; without one a TCP connection is enough. */
  readonly path: string | undefined;
}

const loopback = '127.0.0.1';

/** Asks once. 200 to 399 passes. */
export function probe(target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  return target.path === undefined
    ? probeTcp(target, timeoutMs)
    : probeHttp(target, target.path, timeoutMs);
}

function probeTcp({ address, port }: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: address ?? loopback, port });
    const end = (result: ProbeResult) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => end(`no connection within ${timeoutMs} ms`));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(refused(error, port)));
  });
}

function probeHttp(
  { address, port }: ProbeTarget,
  path: string,
  timeoutMs: number,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const headers = { 'user-agent': 'pltf-health', connection: 'close' };
    const request = get({ host: address ?? loopback, port, path, headers, agent: false });
    const end = (result: ProbeResult) => {
      request.destroy();
      resolve(result);
    };
    const timer = setTimeout(
      () => end(`GET ${path} was not answered within ${timeoutMs} ms`),
      timeoutMs,
    );
    request.once('close', () => clearTimeout(timer));
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      end(status >= 200 && status < 400 ? undefined : `GET ${path} answered ${status}`);
    });
    request.once('error', (error: NodeJS.ErrnoException) => end(refused(error, port)));
  });
}

const refused = (error: NodeJS.ErrnoException, port: number) =>
  error.code === 'ECONNREFUSED' ? `nothing listens on port ${port}` : error.message;
