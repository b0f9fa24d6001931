import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestPlatform } from '../../test/e2e/support/platform.ts';
import { type Ended, eventually, git, pltf } from '../../test/e2e/support/tools.ts';

/** Where a service's previews and environments answer. */
export const addressOf = (
  { routerPort }: TestPlatform,
  label: string,
  environment?: string,
): string =>
  `http://${label}${environment === undefined ? '' : `.${environment}`}.localhost:${routerPort}/`;

/** Refuses a program's failure, with what it said. */
export function succeeded(what: string, { code, out, err }: Ended): void {
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${out}\n${err}`);
}

/** Creates a service from the golden path node-service and waits until all that follows has ended. */
export async function createService(platform: TestPlatform, name: string): Promise<void> {
  succeeded(`pltf create service ${name}`, await pltf(platform, 'create', 'service', name));
  await settled(platform, name);
}

/** Waits until every run, rollout and operation of a component has ended and staging serves its newest release. */
export async function settled({ client }: TestPlatform, component: string): Promise<void> {
  await eventually(
    () => client.getComponent({ params: { component } }),
    ({ runs, placements, releases, operation }) => {
      const newest = releases.find(({ branch }) => branch === 'main')?.number;
      const staging = placements.find(({ environment }) => environment === 'staging');
      return (
        newest !== undefined &&
        staging?.serving?.number === newest &&
        operation?.state !== 'running' &&
        runs.every(({ state }) => state !== 'queued' && state !== 'running') &&
        placements.every(
          ({ phase, rollout }) => phase === 'running' && rollout?.state !== 'running',
        )
      );
    },
    60_000,
  );
}

/** A person's clone of a service's repository. */
export async function cloneOf(platform: TestPlatform, name: string): Promise<string> {
  const url = `${platform.url}/git/${name}.git`;
  succeeded('git clone', await git(platform, platform.home, 'clone', '--quiet', url));
  return join(platform.home, name);
}

/** Commits a change after which the service answers with `text` at `/`. */
export async function commitAnswer(
  platform: TestPlatform,
  clone: string,
  text: string,
): Promise<void> {
  const file = join(clone, 'src', 'app.js');
  const source = await readFile(file, 'utf8');
  const changed = source.replace(/message: (['"]).*?\1/, `message: ${JSON.stringify(text)}`);
  if (changed === source) throw new Error(`${file} has no answer to change`);
  await writeFile(file, changed);
  succeeded('git commit', await git(platform, clone, 'commit', '--quiet', '-am', text));
}
