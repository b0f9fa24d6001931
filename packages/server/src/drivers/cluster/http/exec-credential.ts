import { spawn } from 'node:child_process';
import { PltfError } from '@pltf/contracts';
import { z } from 'zod';
import type { ClusterAccess, ExecRule } from './kubeconfig.ts';

const timeoutMs = 60_000;
const longestOutput = 1 << 20;

/** Of 2018 and of 2021; what was before them is gone from every cluster. */
const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

const Credential = z.looseObject({
  apiVersion: z.string(),
  status: z.looseObject({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

export interface ExecCredential {
  readonly token: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
}

/** Runs the program that a kubeconfig names for credentials. Throws `cluster-credentials` with what it said. */
export async function execCredential(
  rule: NonNullable<ClusterAccess['exec']>,
  access: ClusterAccess,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ExecCredential> {
  refuseUnknown(rule);
  const cluster = {
    'server': access.server.href,
    'insecure-skip-tls-verify': access.insecure,
    ...(access.ca === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(access.ca).toString('base64') }),
  };
  const asked = {
    apiVersion: rule.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(rule.provideClusterInfo === true ? { cluster } : {}) },
  };
  const output = await run(rule, {
    ...environment,
    ...Object.fromEntries((rule.env ?? []).map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(asked),
  });
  const { status } = parseCredential(rule, output);
  const expires = Date.parse(status.expirationTimestamp ?? '');
  return {
    token: status.token,
    cert: status.clientCertificateData,
    key: status.clientKeyData,
    expiresAt: Number.isNaN(expires) ? undefined : expires,
  };
}

function refuseUnknown({ apiVersion, command, interactiveMode }: ExecRule): void {
  if (!versions.includes(apiVersion)) {
    throw new PltfError('cluster-credentials', {
      detail: `the kubeconfig has ${command} give credentials in the way ${apiVersion}, which is not known here`,
      fix: `Write one of these as its apiVersion: ${versions.join(', ')}; a newer version of the program may be needed.`,
    });
  }
  if (interactiveMode === 'Always') {
    throw new PltfError('cluster-credentials', {
      detail: `${command}, which gives the credentials, asks a person at a terminal (interactiveMode: Always)`,
      fix: 'A server has no terminal: give the context a service account or a program that asks nobody.',
    });
  }
}

function parseCredential(
  { command, apiVersion }: ExecRule,
  output: string,
): z.infer<typeof Credential> {
  let credential: z.infer<typeof Credential>;
  try {
    credential = Credential.parse(JSON.parse(output));
  } catch (cause) {
    throw new PltfError('cluster-credentials', {
      detail: `${command} gave no credentials that can be read`,
      fix: 'Run it by hand as the user of the server: it must print an ExecCredential as JSON.',
      cause,
    });
  }
  if (credential.apiVersion === apiVersion) return credential;
  throw new PltfError('cluster-credentials', {
    detail: `${command} answers in the way ${credential.apiVersion}, and the kubeconfig asks it for ${apiVersion}`,
    fix: `Write apiVersion: ${credential.apiVersion} for it into the kubeconfig.`,
  });
}

function run(
  rule: NonNullable<ClusterAccess['exec']>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (what: string, cause?: unknown): void =>
      reject(
        new PltfError('cluster-credentials', {
          detail: `${rule.command}, which gives the credentials, ${what}`,
          fix:
            rule.installHint ?? 'Run it by hand as the user of the server, and mend what it says.',
          ...(cause === undefined ? {} : { cause }),
        }),
      );
    // A command with a slash is relative to its kubeconfig, as for kubectl.
    const program = spawn(rule.command, [...(rule.args ?? [])], {
      cwd: rule.command.includes('/') && rule.folder !== '' ? rule.folder : undefined,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    let output = '';
    let errors = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > longestOutput) program.kill('SIGKILL');
    });
    program.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-2000);
    });
    program.on('error', (cause) => fail('cannot be started', cause));
    program.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else fail(`ended with ${code ?? signal}: ${errors.trim() || 'it said nothing'}`);
    });
  });
}
