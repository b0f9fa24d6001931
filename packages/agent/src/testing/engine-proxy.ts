import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to the machine's Docker Engine that can be taken away and given back. */
export interface EngineProxy {
  readonly host: string;
  /** Cuts all connections, and takes no new ones. */
  cut(): Promise<void>;
  restore(): Promise<void>;
}

const engine = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(
  /^unix:\/\//,
  '',
);

export async function startEngineProxy(socketPath: string): Promise<EngineProxy> {
  const open = new Set<Socket>();
  let server: Server | undefined;
  const restore = () =>
    new Promise<void>((resolve) => {
      rmSync(socketPath, { force: true });
      server = createServer((near) => {
        const far = connect(engine);
        for (const socket of [near, far]) {
          open.add(socket);
          socket.once('close', () => {
            open.delete(socket);
            near.destroy();
            far.destroy();
          });
          socket.on('error', () => undefined);
        }
        near.pipe(far);
        far.pipe(near);
      });
      server.listen(socketPath, resolve);
    });
  await restore();
  return {
    host: `unix://${socketPath}`,
    restore,
    cut: () =>
      new Promise((resolve) => {
        server?.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
