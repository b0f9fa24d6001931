import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlacementView, RolloutView } from '@pltf/contracts';
import { inject } from 'vitest';
import {
  type ClusterObject,
  clearCluster,
  field,
  kubectl,
  objectsIn,
  uniqueWord,
} from './cluster.ts';
import { startPlatform, type TestPlatform } from './platform.ts';
import { type Ended, eventually, fetchUrl, git, pltf } from './tools.ts';

/** A platform on a cluster, with a word that marks all it makes in the shared cluster. */
export interface ClusterPlatform extends AsyncDisposable {
  readonly platform: TestPlatform;
  /** `localhost:12345`, where its images are. */
  readonly registry: string;
  /** Part of the names of all components that the test makes. */
  readonly word: string;
  /** Writes the platform file anew, with other memory for its sizes if so, and puts it in force as the platform team does. */
  reform(
    environments: ClusterPlatformOptions['environments'],
    memoryMiB?: Readonly<Record<'small' | 'medium', number>>,
  ): Promise<void>;
}

export interface ClusterPlatformOptions {
  /** The runtime of each environment: `agent` (processes), `boxes` (containers), `cluster`, or an own one. */
  readonly environments: Readonly<Record<'preview' | 'staging' | 'prod', string>>;
  /** Another way to the same cluster than KUBECONFIG says. */
  readonly kubeconfig?: string;
  /** Lines of YAML below `runtimes:`. */
  readonly runtimes?: (registry: string, context: string) => string;
}

/** Machines of tests have two processors for the pods of several tests: what is reserved is less than people would. */
const sizesOf = ({ small, medium } = { small: 256, medium: 512 }): string =>
  `sizes: {small: {memoryMiB: ${small}, cpu: 0.1}, medium: {memoryMiB: ${medium}, cpu: 0.2}}`;

const fileOf = (
  registry: string,
  context: string,
  { environments, runtimes }: ClusterPlatformOptions,
): string => `runtimes:
  agent: {driver: agent}
  boxes: {driver: agent, isolation: docker}
  cluster: {driver: kubernetes, context: ${context}, registry: ${registry}/pltf}
${runtimes?.(registry, context) ?? ''}environments:
  - {name: preview, title: Preview, kind: preview, ttl: 7d, runtime: ${environments.preview}}
  - {name: staging, title: Staging, kind: stable, follows: default-branch, runtime: ${environments.staging}}
  - {name: prod, title: Production, kind: stable, follows: promotion, runtime: ${environments.prod}}
`;

export async function startClusterPlatform(
  options: ClusterPlatformOptions,
): Promise<ClusterPlatform> {
  const registry = inject('registry');
  const folder = await mkdtemp(join(tmpdir(), 'pltf-cluster-'));
  const context = await kubectl('config', 'current-context');
  const word = uniqueWord();
  const platform = await startPlatform({
    env: options.kubeconfig === undefined ? {} : { KUBECONFIG: options.kubeconfig },
  });
  const reform: ClusterPlatform['reform'] = async (environments, memoryMiB) => {
    const file = fileOf(registry, context, { ...options, environments });
    await writeFile(join(folder, 'platform.yaml'), `${file}${sizesOf(memoryMiB)}\n`);
    await succeed(platform, 'platform', 'apply', folder, '--yes');
  };
  const made = {
    ...{ platform, registry, word, reform },
    [Symbol.asyncDispose]: async () => {
      await platform[Symbol.asyncDispose]();
      await clearCluster(word);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await reform(options.environments).catch(async (error: unknown) => {
    await made[Symbol.asyncDispose]();
    throw error;
  });
  return made;
}

/** Creates a service by its thin file, of the size `medium` in production, and promotes its first release there. */
export async function promotedService({ platform }: ClusterPlatform, name: string): Promise<void> {
  const file = `kind: service\nname: ${name}\nenv: [staging, prod]\npolicy: {pii: false}\nenvs: {prod: {run: {size: medium}}}\n`;
  await writeFile(join(platform.home, 'pltf.yaml'), file);
  await succeed(platform, 'apply', '--yes');
  await eventually(
    () => fetchUrl(`http://${name}.staging.localhost:${platform.routerPort}`),
    ({ status }) => status === 200,
    120_000,
  );
  await succeed(platform, 'promote', name, '--yes');
}

async function succeed(platform: TestPlatform, ...args: readonly string[]): Promise<void> {
  const { code, out, err } = await pltf(platform, ...args);
  if (code !== 0) throw new Error(`pltf ${args.join(' ')}: ${err}${out}`);
}

/** Changes what the golden path's service answers at `/`, and pushes it. */
export async function pushGreeting(
  platform: TestPlatform,
  clone: string,
  text: string,
  branch = 'main',
): Promise<Ended> {
  const file = join(clone, 'src', 'app.js');
  const source = await readFile(file, 'utf8');
  const changed = source.replace(/message: (['"]).*?\1/, `message: ${JSON.stringify(text)}`);
  if (changed === source) throw new Error('the service has no greeting to change');
  await writeFile(file, changed);
  await git(platform, clone, 'commit', '--quiet', '-am', text);
  return git(platform, clone, 'push', '--quiet', 'origin', branch);
}

/** Pods of instances; those that are on their way out only when asked for. */
export async function instancePods(
  namespace: string,
  { leaving = false } = {},
): Promise<readonly ClusterObject[]> {
  const pods = await objectsIn(namespace, 'pods');
  return pods.filter(
    ({ metadata }) =>
      metadata.labels?.['app.kubernetes.io/component'] !== 'task' &&
      (leaving || metadata.deletionTimestamp === undefined),
  );
}

/** The images that its instances run, each once. */
export const imagesOf = async (namespace: string): Promise<readonly unknown[]> => {
  const images = (await instancePods(namespace)).map((pod) =>
    field(pod, 'spec', 'containers', 0, 'image'),
  );
  return [...new Set(images)];
};

export const placementOf = ({ client }: TestPlatform, placement: string): Promise<PlacementView> =>
  client.getPlacement({ params: { placement } });

/** Waits for a rollout's end, whatever it is. */
export const rolloutEnded = (
  { client }: TestPlatform,
  { id }: Pick<RolloutView, 'id'>,
  withinMs = 120_000,
): Promise<RolloutView> =>
  eventually(
    () => client.getRollout({ params: { id } }),
    ({ state }) => state !== 'running',
    withinMs,
  );
