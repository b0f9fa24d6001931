import { spawn } from 'node:child_process';
import type { Manifested, SyncTarget } from './simulated-argo.ts';

/** A real cluster, as Argo CD reaches it: server-side apply that forces, deletion in the background. */
export class KubectlTarget implements SyncTarget {
  async apply(object: Manifested): Promise<void> {
    const manager = '--field-manager=argocd-controller';
    await kubectl(['apply', '--server-side', '--force-conflicts', manager, '-f', '-'], object);
  }

  async remove(object: Manifested): Promise<void> {
    await kubectl(['delete', '--ignore-not-found', '--wait=false', ...nameOf(object)]);
  }

  async health(object: Manifested): Promise<'Healthy' | 'Progressing' | 'Degraded' | 'Missing'> {
    const text = await kubectl(['get', '--ignore-not-found', '-o', 'json', ...nameOf(object)]);
    if (text === '') return 'Missing';
    if (object.kind !== 'Deployment') return 'Healthy';
    const { spec, status = {} } = JSON.parse(text) as {
      readonly spec: { readonly replicas: number };
      readonly status?: {
        readonly updatedReplicas?: number;
        readonly readyReplicas?: number;
        readonly replicas?: number;
      };
    };
    const { updatedReplicas = 0, readyReplicas = 0, replicas = 0 } = status;
    const whole = [updatedReplicas, readyReplicas, replicas].every(
      (count) => count === spec.replicas,
    );
    if (whole) return 'Healthy';
    return (await this.#cannotStart(object)) ? 'Degraded' : 'Progressing';
  }

  /** What a Deployment says only after its deadline, seen at once. */
  async #cannotStart({ metadata: { namespace = '' } }: Manifested): Promise<boolean> {
    const reasons = '{.items[*].status.containerStatuses[*].state.waiting.reason}';
    const text = await kubectl(['get', 'pods', '-n', namespace, '-o', `jsonpath=${reasons}`]);
    return /RunContainerError|CrashLoopBackOff|CreateContainerError/.test(text);
  }
}

const nameOf = ({ kind, metadata }: Manifested): readonly string[] => [
  kind,
  metadata.name,
  ...(metadata.namespace === undefined ? [] : ['-n', metadata.namespace]),
];

export function kubectl(args: readonly string[], input?: unknown): Promise<string> {
  const child = spawn('kubectl', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdin.end(input === undefined ? '' : JSON.stringify(input));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(said.slice(0, 500)));
    });
  });
}
