import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { JsonValue } from '@pltf/plan/render';
import type { LiveObject } from '../../../packages/server/src/drivers/cluster/cluster-api.ts';

interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The API server with the credentials of kubectl, for requests in the name of somebody else. */
export interface Proxy extends Disposable {
  /** What would come of another manager's apply, by force; undefined when the API server refuses it. */
  tryApply(object: Named, edit: JsonValue): Promise<LiveObject | undefined>;
}

export async function openProxy(): Promise<Proxy> {
  const child = spawn('kubectl', ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`kubectl proxy ended with ${code}`)));
    lines.once('line', (line) => resolve(line.replace(/^.* /, '')));
  });
  return {
    tryApply: async (object, edit) => {
      const query = 'fieldManager=somebody&force=true&dryRun=All';
      const answer = await fetch(`http://${address}${pathOf(object)}?${query}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: JSON.stringify(edit),
      });
      return answer.ok
        ? ((await answer.json()) as LiveObject)
        : (void (await answer.text()), undefined);
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}

const plurals: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkpolicies',
  Ingress: 'ingresses',
};

function pathOf({ apiVersion, kind, metadata }: Named): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
  const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${group}${place}/${plural}/${metadata.name}`;
}
