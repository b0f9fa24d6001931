import { PlatformFile, type Spec } from '@pltf/contracts';
import { parseThinFile, resolveSpec } from '@pltf/plan';
import type { Db } from '../../../persistence/transaction.ts';
import { addComponent } from '../../catalog/testing/components.ts';

const platform = PlatformFile.parse({});

/** A service that runs in an environment, with the release that it runs. */
export async function addRunning(
  db: Db,
  name: string,
  environment: string,
  size: string,
): Promise<void> {
  await addComponent(db, name);
  await db
    .insertInto('releases')
    .values({
      ...{ component: name, number: 1, id: `rel_${name}`, commit: 'c', branch: 'main' },
      ...{ subject: 's', author: 'a', digest: 'd', bytes: 1, run: null },
      spec: JSON.stringify(specOf(name, size)),
      collected_at: null,
    })
    .execute();
  await db
    .insertInto('placements')
    .values({
      ...{ id: `${name}.${environment}`, component: name, environment, branch: null, hosts: [] },
      ...{ state: 'present', release: 1, instances: 1, run_state: 'running' },
      observed: null as never,
      ...{ observed_at: null, expires_at: null },
    })
    .execute();
}

function specOf(name: string, size: string): Spec {
  const text = `{kind: service, name: ${name}, run: {command: node a.js, size: ${size}}}`;
  const parsed = parseThinFile(text);
  const resolved = parsed.ok ? resolveSpec(parsed.file, platform) : parsed;
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return resolved.spec;
}
