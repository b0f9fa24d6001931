import type { TestProject } from 'vitest/node';
import { withoutClusterTools } from './cluster-tools.ts';
import { docker, provideBases } from './docker.ts';
import { startRegistry } from './registry.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `localhost:12345`; empty where nothing can be tried with a cluster. */
    readonly registry: string;
  }
}

const used: { registry?: AsyncDisposable; bases?: readonly string[] } = {};

/** One registry and one set of base images for all files: layers of images are pushed and pulled once. */
export async function setup(project: TestProject): Promise<void> {
  const missing = await withoutClusterTools();
  const bases = missing === undefined ? await provideBases('node-service') : undefined;
  if (bases === undefined) {
    project.provide('registry', '');
    return;
  }
  used.bases = bases;
  const registry = await startRegistry();
  used.registry = registry;
  project.provide('registry', registry.host);
}

export async function teardown(): Promise<void> {
  await used.registry?.[Symbol.asyncDispose]();
  for (const name of used.bases ?? []) await docker('rmi', name);
}
