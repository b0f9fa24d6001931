import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { parse } from 'yaml';
import { z } from 'zod';

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The context that means the cluster in which the server itself runs. */
export const inCluster = 'in-cluster';

const Cluster = z.looseObject({
  'server': z.string().min(1),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
  'proxy-url': z.string().optional(),
});
const ExecRule = z.looseObject({
  apiVersion: z.string().default('client.authentication.k8s.io/v1'),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
  installHint: z.string().optional(),
  provideClusterInfo: z.boolean().optional(),
  interactiveMode: z.string().optional(),
});
export type ExecRule = z.infer<typeof ExecRule>;
const User = z.looseObject({
  'token': z.string().optional(),
  'tokenFile': z.string().optional(),
  'username': z.string().optional(),
  'password': z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  'as': z.string().optional(),
  'as-groups': z.array(z.string()).optional(),
  'exec': ExecRule.nullish(),
  'auth-provider': z.looseObject({ name: z.string() }).nullish(),
});
const Context = z.looseObject({ cluster: z.string(), user: z.string().default('') });
const Kubeconfig = z.looseObject({
  clusters: z.array(z.looseObject({ name: z.string(), cluster: Cluster })).nullish(),
  users: z.array(z.looseObject({ name: z.string(), user: User.nullish() })).nullish(),
  contexts: z.array(z.looseObject({ name: z.string(), context: Context })).nullish(),
});

/** Where kubeconfigs are, and the cluster around us, if there is one. */
export interface KubeconfigSource {
  readonly files: readonly string[];
  readonly service?: { readonly host: string; readonly port: string } | undefined;
  /** Where that cluster puts our token and its authority; where every cluster does when absent. */
  readonly serviceAccount?: string | undefined;
  /** What programs that give out credentials are started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** How to get at a cluster, as a context says it; certificates as PEM. */
export interface ClusterAccess {
  readonly server: URL;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly serverName: string | undefined;
  readonly proxy: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly basic: { readonly user: string; readonly password: string } | undefined;
  readonly impersonate: { readonly user: string; readonly groups: readonly string[] } | undefined;
  readonly exec: (ExecRule & { readonly folder: string }) | undefined;
  /** Named by an old kubeconfig: the way of `@kubernetes/client-node` is used. */
  readonly provider: { readonly files: readonly string[]; readonly context: string } | undefined;
}

/** Where `kubectl` would look, by the variables of this environment. */
export function kubeconfigSource(
  environment: Readonly<Record<string, string | undefined>>,
): KubeconfigSource {
  const named = (environment['KUBECONFIG'] ?? '').split(':').filter((file) => file !== '');
  const home = environment['HOME'];
  const files = named.length > 0 || home === undefined ? named : [join(home, '.kube', 'config')];
  const host = environment['KUBERNETES_SERVICE_HOST'];
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '443';
  return { files, environment, ...(host === undefined ? {} : { service: { host, port } }) };
}

/** Reads what a context says. Throws `cluster-unknown`, with the contexts that there are. */
export async function readAccess(
  source: KubeconfigSource,
  context: string,
): Promise<ClusterAccess> {
  if (context === inCluster && source.service !== undefined)
    return insideCluster(source.service, source.serviceAccount ?? serviceAccountFolder);
  const files = await Promise.all(source.files.map(readKubeconfig));
  const found = <T>(kind: 'clusters' | 'users' | 'contexts', name: string, field: string) => {
    for (const file of files) {
      const entry = file?.content[kind]?.find((one) => one.name === name);
      if (entry !== undefined && file !== undefined) {
        return {
          value: (entry as Record<string, unknown>)[field] as T,
          folder: dirname(file.path),
        };
      }
    }
    return undefined;
  };
  const chosen = found<z.infer<typeof Context>>('contexts', context, 'context')?.value;
  if (chosen === undefined) {
    const names = files.flatMap((file) => file?.content.contexts ?? []).map(({ name }) => name);
    throw unknown(
      `the context ${context} is not in ${source.files.join(', ') || 'any kubeconfig'}`,
      names.length === 0 ? undefined : `There are: ${names.join(', ')}.`,
    );
  }
  const cluster = found<z.infer<typeof Cluster>>('clusters', chosen.cluster, 'cluster');
  if (cluster === undefined) {
    throw unknown(`the context ${context} names the cluster ${chosen.cluster}, which is not there`);
  }
  const user = found<z.infer<typeof User> | null>('users', chosen.user, 'user');
  return access({ files: source.files, context }, cluster, {
    value: user?.value ?? {},
    folder: user?.folder ?? '',
  });
}

interface Found<T> {
  readonly value: T;
  readonly folder: string;
}

async function access(
  provider: { readonly files: readonly string[]; readonly context: string },
  { value: cluster, folder }: Found<z.infer<typeof Cluster>>,
  { value: user, folder: userFolder }: Found<z.infer<typeof User>>,
): Promise<ClusterAccess> {
  const pem = (
    from: string,
    file: string | undefined,
    encoded: string | undefined,
  ): Promise<string | undefined> =>
    encoded === undefined || encoded === ''
      ? readPem(from, file)
      : Promise.resolve(Buffer.from(encoded, 'base64').toString('utf8'));
  const { username, password } = user;
  return {
    server: addressOf(cluster.server, provider.context),
    ca: await pem(folder, cluster['certificate-authority'], cluster['certificate-authority-data']),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    serverName: cluster['tls-server-name'],
    proxy: cluster['proxy-url'],
    cert: await pem(userFolder, user['client-certificate'], user['client-certificate-data']),
    key: await pem(userFolder, user['client-key'], user['client-key-data']),
    token: user.token,
    tokenFile: user.tokenFile === undefined ? undefined : within(userFolder, user.tokenFile),
    basic: username === undefined ? undefined : { user: username, password: password ?? '' },
    impersonate:
      user.as === undefined ? undefined : { user: user.as, groups: user['as-groups'] ?? [] },
    exec: isThere(user.exec) ? { ...user.exec, folder: userFolder } : undefined,
    provider: isThere(user['auth-provider']) ? provider : undefined,
  };
}

const isThere = <T>(value: T | null | undefined): value is T =>
  value !== undefined && value !== null;

const insideCluster = async (
  { host, port }: NonNullable<KubeconfigSource['service']>,
  folder: string,
): Promise<ClusterAccess> => ({
  server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
  ca: await readPem('', join(folder, 'ca.crt')),
  insecure: false,
  serverName: undefined,
  proxy: undefined,
  cert: undefined,
  key: undefined,
  token: undefined,
  tokenFile: join(folder, 'token'),
  basic: undefined,
  impersonate: undefined,
  exec: undefined,
  provider: undefined,
});

async function readKubeconfig(path: string) {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unknown(`the kubeconfig ${path} cannot be read`, undefined, cause);
  }
  try {
    return { path, content: Kubeconfig.parse(parse(text)) };
  } catch (cause) {
    throw unknown(`${path} is no kubeconfig`, undefined, cause);
  }
}

const within = (folder: string, path: string): string =>
  isAbsolute(path) ? path : join(folder, path);

async function readPem(folder: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined || file === '') return undefined;
  const path = within(folder, file);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw unknown(`${path}, which the kubeconfig names, cannot be read`, undefined, cause);
  }
}

function addressOf(server: string, context: string): URL {
  try {
    return new URL(server);
  } catch (cause) {
    throw unknown(`the address of the context ${context} is none: ${server}`, undefined, cause);
  }
}

const unknown = (detail: string, fix?: string, cause?: unknown): PltfError =>
  new PltfError('cluster-unknown', {
    detail,
    ...(fix === undefined ? {} : { fix }),
    ...(cause === undefined ? {} : { cause }),
  });
