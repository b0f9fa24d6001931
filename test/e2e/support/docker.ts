import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from './platform.ts';
import { run } from './tools.ts';

/** Runs the docker command line; what it wrote. Throws when it fails. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await run('docker', args);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${err}`);
  return out.trim();
}

/** Why containers cannot be tried here; undefined when they can. */
export async function withoutDocker(): Promise<string | undefined> {
  const answer = await run('docker', ['version', '--format', '{{.Server.Version}}']).catch(
    () => undefined,
  );
  return answer?.code === 0 ? undefined : 'no Docker Engine answers';
}

/**
 * Sees that the base images of a golden path are there. Without a registry's network a stand-in of the same
 * major version takes the name; answers the names that were given, and undefined when there is no stand-in.
 */
export async function provideBases(path: string): Promise<readonly string[] | undefined> {
  const file = join(checkout, 'golden-paths', path, 'skeleton', 'Dockerfile');
  const text = await readFile(file, 'utf8');
  const names = [...text.matchAll(/^FROM (\S+:\S+)/gm)].map(([, name = '']) => name);
  const given: string[] = [];
  for (const name of new Set(names)) {
    if (await has(name)) continue;
    const [repository = '', tag = ''] = name.split(':');
    const standIn = `${repository}:${tag.split('.')[0]}-slim`;
    if (!(await has(standIn))) return undefined;
    await docker('tag', standIn, name);
    given.push(name);
  }
  return given;
}

const has = async (image: string): Promise<boolean> =>
  (await run('docker', ['image', 'inspect', image])).code === 0;

/** Everything in the engine that bears the mark of a platform's agent. */
export async function leftInDocker(data: string): Promise<readonly string[]> {
  const label = createHash('sha256').update(data).digest('hex').slice(0, 8);
  const filter = ['--filter', `label=pltf.dev/agent=${label}`, '--format'];
  const found = await Promise.all([
    docker('ps', '--all', ...filter, 'container {{.Names}}'),
    docker('network', 'ls', ...filter, 'network {{.Name}}'),
    docker('image', 'ls', ...filter, 'image {{.Repository}}:{{.Tag}}'),
  ]);
  return found.flatMap((text) => text.split('\n')).filter((line) => line !== '');
}
