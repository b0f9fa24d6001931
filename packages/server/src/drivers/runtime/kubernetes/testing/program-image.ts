import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const program = '/usr/bin/docker-registry';
const base = 'node:22-slim';

/** Why no image can be made for a cluster here; undefined when one can. */
export function withoutImages(): string | undefined {
  if (!existsSync(program)) return 'skipped: no docker-registry is installed';
  try {
    execFileSync('docker', ['image', 'inspect', base], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `skipped: no Docker Engine with the image ${base}`;
  }
}

/** A program that is well or not as MODE says, and writes what it does. */
const server = `
const mode = process.env.MODE ?? 'well';
console.log('release', process.env.PLTF_RELEASE, 'is', mode);
if (mode === 'crash') { console.log('cannot reach the database'); process.exit(3); }
if (mode === 'greedy') { const held = []; setInterval(() => held.push(Buffer.alloc(16 << 20, 1)), 10); }
const answer = (_request, response) => {
  response.statusCode = mode === 'unwell' ? 500 : 200;
  response.end(process.env.PLTF_RELEASE);
};
const server = require('node:http').createServer(answer).listen(Number(process.env.PORT));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
setInterval(() => console.log('tick'), 5000).unref();
`;

export interface ProgramImage extends Disposable {
  /** By digest, in a registry of its own that ends with this. */
  readonly reference: string;
}

/** Builds the program and pushes it to a registry that the cluster can read. */
export async function programImage(): Promise<ProgramImage> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pltf-program-'));
  const host = `localhost:${await freePort()}`;
  const config = path.join(folder, 'registry.yml');
  mkdirSync(path.join(folder, 'registry'));
  const storage = `{filesystem: {rootdirectory: ${folder}/registry}}`;
  writeFileSync(config, `version: 0.1\nstorage: ${storage}\nhttp: {addr: '${host}'}\n`);
  const registry = spawn(program, ['serve', config], { stdio: 'ignore' });
  await answers(`http://${host}/v2/`);
  const context = path.join(folder, 'context');
  mkdirSync(context);
  writeFileSync(path.join(context, 'server.js'), server);
  const lines = [
    `FROM ${base}`,
    'WORKDIR /app',
    'COPY . .',
    'USER 1000',
    'CMD ["node", "server.js"]',
  ];
  writeFileSync(path.join(context, 'Dockerfile'), lines.join('\n'));
  const name = `${host}/program`;
  const docker = (...args: readonly string[]) => execFileSync('docker', args).toString();
  docker('build', '--quiet', '--tag', name, context);
  docker('push', '--quiet', name);
  const format = '{{range .RepoDigests}}{{println .}}{{end}}';
  const digests = docker('image', 'inspect', '--format', format, name).split('\n');
  return {
    reference: digests.find((one) => one.startsWith(name)) ?? '',
    [Symbol.dispose]: () => {
      docker('image', 'rm', '--force', name);
      registry.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const there = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} does not answer`);
}
