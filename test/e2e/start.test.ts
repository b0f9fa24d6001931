import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkout, freePort, launch } from './support/platform.ts';
import { fetchUrl } from './support/tools.ts';

const nobody = 65_534;

/** Why no ordinary user can start the platform from here; undefined when one can. */
function whyNoOrdinaryUser(): string | undefined {
  if (process.getuid?.() !== 0) return 'all other tests run as one already';
  const looked = spawnSync(
    'setpriv',
    [
      `--reuid=${nobody}`,
      `--regid=${nobody}`,
      '--clear-groups',
      process.execPath,
      '-e',
      `require('fs').accessSync(${JSON.stringify(join(checkout, 'dist', 'up.js'))})`,
    ],
    { stdio: 'ignore' },
  );
  return looked.status === 0 ? undefined : 'the checkout cannot be read by others';
}

let root: string;
let ports: readonly [number, number];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'pltf-start-'));
  ports = await Promise.all([freePort(), freePort()]);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const args = (): readonly string[] => [
  ...['--data', join(root, 'data'), '--no-demo'],
  ...['--port', String(ports[0]), '--router-port', String(ports[1])],
];

describe('a start', () => {
  test.each([
    ['portal', 0, '--port'],
    ['router', 1, '--router-port'],
  ] as const)(
    'with the port of the %s held by another program says so and leaves nothing running',
    async (_, index, option) => {
      const stranger = await listen(ports[index]);
      const launcher = launch(args(), { ...process.env, HOME: root });

      await expect(launcher.ready).rejects.toThrow(
        `port ${ports[index]} is held by another program`,
      );
      await launcher.end('SIGTERM');
      stranger.close();

      expect(launcher.output()).toContain(`npm start -- ${option} ${ports[index] + 100}`);
      expect(spawnSync('pgrep', ['-f', root]).stdout.toString()).toBe('');
    },
  );

  const reason = whyNoOrdinaryUser();
  test.skipIf(reason !== undefined)(
    `by an ordinary user serves what is created${reason === undefined ? '' : ` (left out: ${reason})`}`,
    async () => {
      const home = join(root, 'home');
      mkdirSync(home);
      for (const folder of [root, home]) chownSync(folder, nobody, nobody);
      const env = { PATH: process.env['PATH'], HOME: home };
      const asNobody = { uid: nobody, gid: nobody };
      const launcher = launch(args(), env, asNobody);
      await launcher.ready;

      const created = spawnSync(
        process.execPath,
        [join(checkout, 'dist', 'pltf.js'), 'create', 'service', 'shop'],
        { ...asNobody, env: { ...env, PLTF_DATA: join(root, 'data') }, encoding: 'utf8' },
      );
      const answer = await fetchUrl(`http://shop.preview.localhost:${ports[1]}/`);
      await launcher.end('SIGTERM');

      expect(created.stderr).toContain('Review app');
      expect(created.status).toBe(0);
      expect(answer).toMatchObject({ status: 200 });
    },
  );
});

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    });
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
