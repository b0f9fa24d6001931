import { join } from 'node:path';
import { ObservedPlacement } from '@pltf/contracts';
import { clusterPassword } from '../../packages/server/src/persistence/embedded-cluster.ts';
import {
  readPostmaster,
  urlOf,
} from '../../packages/server/src/persistence/embedded-postmaster.ts';
import { openPool } from '../../packages/server/src/persistence/pool.ts';
import type { Db } from '../../packages/server/src/persistence/transaction.ts';
import type { TestPlatform } from '../../test/e2e/support/platform.ts';

const places = { preview: '.preview', staging: '.staging', prod: '' } as const;
const environments = Object.keys(places) as readonly (keyof typeof places)[];

/**
 * Puts services with a preview, staging and production placement each into the platform's database, as the
 * reconcilers would have left them. They have no repositories, releases or instances, and no work is due for
 * them, so nothing is started: only what lists read is there.
 */
export async function seedCatalogue(platform: TestPlatform, services: number): Promise<void> {
  const at = new Date();
  const names = Array.from({ length: services }, (_, index) => `seeded-${index + 1}`);
  const db = openPool({ url: await databaseUrl(platform.data), size: 1, onError: () => undefined });
  try {
    await insertComponents(db, names, at);
    await insertPlacements(db, names, at);
  } finally {
    await db.destroy();
  }
}

/** Where the platform's own database listens. */
export async function databaseUrl(dataDirectory: string): Promise<string> {
  const cluster = join(dataDirectory, 'postgres');
  const place = { dataDirectory, cluster, password: await clusterPassword(dataDirectory) };
  const postmaster = await readPostmaster(place);
  if (postmaster === undefined) throw new Error(`no PostgreSQL runs in ${cluster}`);
  return urlOf(place, postmaster);
}

async function insertComponents(db: Db, names: readonly string[], at: Date): Promise<void> {
  const owner = await db.selectFrom('teams').select('name').executeTakeFirstOrThrow();
  const rows = names.map((name) => ({
    name,
    kind: 'service' as const,
    owner: owner.name,
    description: `What ${name} is for, in one sentence`,
    path: 'node-service@1',
    state: 'ready' as const,
    spec: 'null',
    created_by: 'bench',
    changed_at: at,
  }));
  await db.insertInto('components').values(rows).execute();
}

async function insertPlacements(db: Db, names: readonly string[], at: Date): Promise<void> {
  const rows = names.flatMap((component) =>
    environments.map((environment) => ({
      id: `${component}.${environment}`,
      component,
      environment,
      branch: environment === 'preview' ? 'main' : null,
      hosts: [`${component}${places[environment]}.localhost`],
      state: 'present' as const,
      revision: 1,
      release: 1,
      instances: 1,
      run_state: 'running' as const,
      observed: JSON.stringify(observed(`${component}.${environment}`, at)),
      observed_at: at,
    })),
  );
  await db.insertInto('placements').values(rows).execute();
}

function observed(id: string, at: Date): ObservedPlacement {
  return ObservedPlacement.parse({
    id,
    revision: 1,
    phase: 'running',
    serving: {
      id: `${id}-1`,
      number: 1,
      digest: `sha256:${'0'.repeat(64)}`,
      commit: '0'.repeat(40),
    },
    warm: [],
    instances: [{ id: `${id}-1-1`, release: 1, state: 'healthy', restarts: 0, memoryMiB: 48.5 }],
    leftovers: [],
    traffic: { requests: 0, errors: 0, failures: 0, slowestMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 },
    at: at.toISOString(),
  });
}
