import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyObject, kubectl } from './cluster.ts';
import { freePort } from './platform.ts';
import { run } from './tools.ts';

async function judge(
  request: IncomingMessage,
  response: ServerResponse,
  word: string,
  message: string,
): Promise<void> {
  let body = '';
  for await (const part of request) body += String(part);
  const { apiVersion, kind, request: asked } = JSON.parse(body);
  const allowed = !String(asked.namespace).includes(word);
  const refusal = allowed ? {} : { status: { code: 403, message } };
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({ apiVersion, kind, response: { uid: asked.uid, allowed, ...refusal } }),
  );
}

/** A real admission webhook that refuses Deployments of one component, with its own words. */
export async function refuseDeployments(word: string, message: string): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'pltf-webhook-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=webhook'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  if (made.code !== 0) throw new Error(made.err);
  const port = await freePort();
  const server = createServer(
    { key: await readFile(key), cert: await readFile(cert) },
    (request, response) => void judge(request, response, word, message),
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const name = `refusing-${word}`;
  await applyObject({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: 'change-freeze.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        // Others use this cluster too: a webhook that is away must not stop them.
        failurePolicy: 'Ignore',
        timeoutSeconds: 5,
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: (await readFile(cert)).toString('base64'),
        },
        rules: [
          {
            apiGroups: ['apps'],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['deployments'],
          },
        ],
      },
    ],
  });
  return {
    [Symbol.asyncDispose]: async () => {
      await kubectl('delete', 'validatingwebhookconfiguration', name, '--ignore-not-found');
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
