import { readFile } from 'node:fs/promises';
import { PltfError } from '@pltf/contracts';
import { type ExecCredential, execCredential } from './exec-credential.ts';
import type { ClusterAccess } from './kubeconfig.ts';

/** A token in a file is changed by whoever wrote it; kubectl reads it again every minute too. */
const tokenFileMs = 60_000;
const marginMs = 30_000;

export interface Credentials {
  /** Of a client certificate that a program gave; undefined: as the access says. */
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** What proves who we are, asked before each request; what has expired is renewed. */
export class CredentialSource {
  readonly #access: ClusterAccess;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  #file: { readonly token: string; readonly readAt: number } | undefined;
  #exec: ExecCredential | undefined;
  #running: Promise<ExecCredential> | undefined;

  constructor(access: ClusterAccess, environment: Readonly<Record<string, string | undefined>>) {
    this.#access = access;
    this.#environment = environment;
  }

  async get(): Promise<Credentials> {
    const { basic, provider, exec, impersonate } = this.#access;
    const identity: Record<string, string | string[]> =
      impersonate === undefined
        ? {}
        : {
            'impersonate-user': impersonate.user,
            ...(impersonate.groups.length > 0
              ? { 'impersonate-group': [...impersonate.groups] }
              : {}),
          };
    if (exec !== undefined) {
      const { token, cert, key } = await this.#fromProgram(exec);
      return {
        certificate: cert === undefined || key === undefined ? undefined : { cert, key },
        headers: { ...identity, ...bearer(token) },
      };
    }
    if (provider !== undefined) {
      return { certificate: undefined, headers: { ...identity, ...(await byProvider(provider)) } };
    }
    const token = await this.#token();
    if (token === undefined && basic !== undefined) {
      const pair = Buffer.from(`${basic.user}:${basic.password}`).toString('base64');
      return { certificate: undefined, headers: { ...identity, authorization: `Basic ${pair}` } };
    }
    return { certificate: undefined, headers: { ...identity, ...bearer(token) } };
  }

  /** What was given was refused: the next request asks for it anew. Says whether that can change anything. */
  renew(): boolean {
    this.#file = undefined;
    this.#exec = undefined;
    const { exec, tokenFile, provider } = this.#access;
    return exec !== undefined || tokenFile !== undefined || provider !== undefined;
  }

  /** As for kubectl: a file comes first, and one that cannot be read only counts where nothing else is given. */
  async #token(): Promise<string | undefined> {
    const { token, tokenFile } = this.#access;
    if (tokenFile === undefined || token === undefined) return token ?? this.#fromFile();
    return this.#fromFile().catch(() => token);
  }

  async #fromFile(): Promise<string | undefined> {
    const { tokenFile } = this.#access;
    if (tokenFile === undefined) return undefined;
    if (this.#file !== undefined && Date.now() - this.#file.readAt < tokenFileMs) {
      return this.#file.token;
    }
    try {
      const token = (await readFile(tokenFile, 'utf8')).trim();
      this.#file = { token, readAt: Date.now() };
      return token;
    } catch (cause) {
      throw new PltfError('cluster-credentials', {
        detail: `the token file ${tokenFile} cannot be read`,
        cause,
      });
    }
  }

  /** One program at a time, and never again before what it gave has expired. */
  async #fromProgram(rule: NonNullable<ClusterAccess['exec']>): Promise<ExecCredential> {
    const known = this.#exec;
    if (
      known !== undefined &&
      (known.expiresAt ?? Number.POSITIVE_INFINITY) - marginMs > Date.now()
    ) {
      return known;
    }
    this.#running ??= execCredential(rule, this.#access, this.#environment).finally(() => {
      this.#running = undefined;
    });
    this.#exec = await this.#running;
    return this.#exec;
  }
}

const bearer = (token: string | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/**
 * Ways of kubeconfigs from before exec programs (`auth-provider: oidc`, `gcp`, `azure`). Only then the client of
 * Kubernetes is loaded: with its generated classes it takes 80 MB and 1.5 s.
 */
async function byProvider(provider: {
  readonly files: readonly string[];
  readonly context: string;
}): Promise<Readonly<Record<string, string>>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const [first, ...others] = provider.files;
  if (first !== undefined) config.loadFromFile(first);
  for (const file of others) {
    const more = new KubeConfig();
    more.loadFromFile(file);
    config.mergeConfig(more);
  }
  config.setCurrentContext(provider.context);
  const options: { headers?: Record<string, unknown> } = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw new PltfError('cluster-credentials', {
      detail: `the credentials of the context ${provider.context} cannot be had`,
      cause,
    });
  }
  const authorization = options.headers?.['Authorization'];
  return typeof authorization === 'string' ? { authorization } : {};
}
