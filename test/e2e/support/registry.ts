import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './platform.ts';
import { eventually } from './tools.ts';

const program = '/usr/bin/docker-registry';

/** Why no registry can be started here; undefined when one can. */
export const withoutRegistry = (): string | undefined =>
  existsSync(program) ? undefined : 'no docker-registry is installed';

/** A real registry with nothing in it, on this machine only. */
export interface Registry extends AsyncDisposable {
  /** `localhost:12345`: engines speak HTTP with that name, and containerd pulls from it so too. */
  readonly host: string;
}

/** Where the registry is told which images nodes shall not get. */
const refusals = '/refused-to-nodes/';

export async function startRegistry(): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), 'pltf-registry-'));
  const [inner, port] = await Promise.all([freePort(), freePort()]);
  const config = join(folder, 'registry.json');
  // JSON is YAML too.
  await writeFile(
    config,
    JSON.stringify({
      version: '0.1',
      storage: { filesystem: { rootdirectory: join(folder, 'images') } },
      http: { addr: `127.0.0.1:${inner}` },
      log: { level: 'error', accesslog: { disabled: true } },
    }),
  );
  const child = spawn(program, ['serve', config], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await eventually(
    () => fetch(`http://127.0.0.1:${inner}/v2/`),
    ({ ok }) => ok,
  );
  const front = createServer(inFrontOf(inner));
  await new Promise<void>((resolve) => front.listen(port, '127.0.0.1', resolve));
  return {
    host: `localhost:${port}`,
    [Symbol.asyncDispose]: async () => {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Passes everything on; nodes are refused what they shall not get, whoever builds pushes as always. */
function inFrontOf(inner: number): RequestListener {
  const refused = new Set<string>();
  return (asked, answer) => {
    const { method = 'GET', url = '/', headers } = asked;
    if (url.startsWith(refusals)) {
      const word = url.slice(refusals.length);
      if (method === 'PUT') refused.add(word);
      else refused.delete(word);
      answer.end();
      return;
    }
    const isNode = headers['user-agent']?.startsWith('containerd') === true;
    if (isNode && [...refused].some((word) => url.includes(word))) {
      answer.writeHead(403, { 'content-type': 'application/json' });
      answer.end('{"errors": [{"code": "DENIED", "message": "the licence has ended"}]}');
      return;
    }
    const passed = request({ port: inner, method, path: url, headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      found.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  };
}

/** Whether nodes are refused, from now on, images with this word in their name. */
export async function refuseNodes(host: string, word: string, isRefused: boolean): Promise<void> {
  const method = isRefused ? 'PUT' : 'DELETE';
  await fetch(`http://${host}${refusals}${word}`, { method });
}
