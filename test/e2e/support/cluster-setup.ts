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

/** One registry and one set of base images for all files: layers of images are pushed and pulled once. */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | void> {
  const missing = await withoutClusterTools();
  const given = missing === undefined ? await provideBases('node-service') : undefined;
  if (given === undefined) {
    project.provide('registry', '');
    return undefined;
  }
  const registry = await startRegistry();
  project.provide('registry', registry.host);
  return async () => {
    await registry[Symbol.asyncDispose]();
    for (const name of given) await docker('rmi', name);
  };
}
