import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

/** What release files need so that they can be an image too. */
export const dockerfile = [
  'FROM node:22-slim',
  'WORKDIR /app',
  'COPY . .',
  'CMD ["node", "server.js"]',
  '',
].join('\n');

/** The mark of an agent on what it makes in an engine. */
export const agentLabel = (data: string): string =>
  createHash('sha256').update(data).digest('hex').slice(0, 8);

/** Runs the docker command line; its output, without the last line's end. */
export const docker = (...args: readonly string[]): string =>
  execFileSync('docker', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    .toString()
    .trim();

/** Why nothing can be tried with an engine here; undefined when everything can. */
export function withoutDocker(image = 'node:22-slim'): string | undefined {
  try {
    docker('version', '--format', '{{.Server.Version}}');
  } catch {
    return 'no Docker Engine answers (DOCKER_HOST or /var/run/docker.sock)';
  }
  try {
    docker('image', 'inspect', image);
  } catch {
    return `the Docker Engine has no image ${image}`;
  }
  return undefined;
}

const ownedBy = (label: string) => ['--filter', `label=pltf.dev/agent=${label}`];
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/** Everything that an agent has in the engine, in words. */
export function leftInDocker(label: string): readonly string[] {
  const named = (kind: string, text: string) => lines(text).map((name) => `${kind} ${name}`);
  return [
    ...named('container', docker('ps', '-aq', ...ownedBy(label), '--format', '{{.Names}}')),
    ...named('network', docker('network', 'ls', ...ownedBy(label), '--format', '{{.Name}}')),
    ...named('image', docker('image', 'ls', ...ownedBy(label), '--format', '{{.Repository}}')),
  ];
}

/** Removes what tests leave in the engine: an agent keeps networks and images for its next start. */
export function clearDocker(label: string): void {
  const remove = (list: string, ...command: readonly string[]) => {
    const found = lines(list);
    if (found.length > 0) docker(...command, ...found);
  };
  remove(docker('ps', '-aq', ...ownedBy(label)), 'rm', '-f');
  remove(docker('network', 'ls', '-q', ...ownedBy(label)), 'network', 'rm');
  remove(
    [...new Set(lines(docker('image', 'ls', '-q', ...ownedBy(label))))].join('\n'),
    'rmi',
    '-f',
  );
}
