import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const mostOutput = 64 * 1024 * 1024;

/** What `kubectl` prints; throws with what it says when it fails or is not installed. */
export async function kubectl(args: readonly string[], signal?: AbortSignal): Promise<string> {
  const { stdout } = await run('kubectl', [...args], { maxBuffer: mostOutput, signal });
  return stdout;
}

/** The context that `kubectl` would use: the current one, else the first. */
export async function currentContext(signal: AbortSignal): Promise<string> {
  const [named, all] = await Promise.all([
    kubectl(['config', 'view', '--output=jsonpath={.current-context}'], signal),
    kubectl(['config', 'get-contexts', '--output=name'], signal),
  ]);
  const context = named.trim() === '' ? all.split('\n')[0]?.trim() : named.trim();
  if (context === undefined || context === '') throw new Error('the kubeconfig has no context');
  return context;
}
