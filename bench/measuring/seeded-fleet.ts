import { PlatformFile, Spec } from '../../packages/contracts/src/index.ts';
import { parseThinFile, resolveSpec } from '../../packages/plan/src/index.ts';
import { openPool } from '../../packages/server/src/persistence/pool.ts';
import { type Db, transact } from '../../packages/server/src/persistence/transaction.ts';
import type { TestPlatform } from '../../test/e2e/support/platform.ts';
import { databaseUrl } from './seeded-catalogue.ts';

const rowsAtOnce = 500;

/** What the platform keeps of its newest audit of everything. */
export interface AuditRow {
  readonly as_of: Date;
  readonly placements: number;
  readonly took_ms: number;
}

/** The platform's own database, for what no API lets anybody do: thousands of placements at once. */
export async function openFleet(platform: TestPlatform) {
  const db = openPool({ url: await databaseUrl(platform.data), size: 1, onError: () => undefined });
  return {
    seed: (placements: number) => seed(db, placements),
    /** Has the platform look at everything, as a change of its guardrails does. */
    auditEverything: () =>
      transact(db, async (tx) => {
        tx.wake('guardrail-audit-all', 'everything');
        await Promise.resolve();
      }),
    newestAudit: (): Promise<AuditRow | undefined> =>
      db
        .selectFrom('guardrail_audits')
        .select(['as_of', 'placements', 'took_ms'])
        .executeTakeFirst(),
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

/** One in ten is where it should not be. */
const auditedSpec = (name: string, index: number): string =>
  JSON.stringify(
    specFrom(
      `kind: service\nname: ${name}\ntier: ${1 + (index % 3)}\nrun: {command: node server.js, port: 8080}\npolicy: {region: ${index % 10 === 0 ? 'us' : 'eu'}}\n`,
    ),
  );

const seed = (db: Db, placements: number): Promise<void> =>
  seedServices(db, {
    ...{ prefix: 'fleet', placements, environments: ['preview', 'staging', 'prod'] },
    ...{ specOf: auditedSpec, runState: 'running' },
  });

/** What is put into a platform's database. */
export interface SeededServices {
  /** Of the names: `fleet-1`, `fleet-2`. */
  readonly prefix: string;
  readonly placements: number;
  readonly environments: readonly string[];
  /** As a release keeps it. */
  readonly specOf: (name: string, index: number) => string;
  readonly runState: 'running' | 'stopped';
}

/** Services with releases and placements, as the reconcilers would have left them; nothing is due for them. */
export async function seedServices(db: Db, seeded: SeededServices): Promise<void> {
  const { environments, placements, prefix, specOf } = seeded;
  const owner = await db.selectFrom('teams').select('name').executeTakeFirstOrThrow();
  const services = Math.ceil(placements / environments.length);
  for (let from = 0; from < services; from += rowsAtOnce) {
    const names = Array.from(
      { length: Math.min(rowsAtOnce, services - from) },
      (_, index) => `${prefix}-${from + index + 1}`,
    );
    const specs = new Map(names.map((name, index) => [name, specOf(name, from + index)]));
    await insert(db, names, specs, owner.name, {
      ...seeded,
      placements: placements - from * environments.length,
    });
  }
}

/** A thin file's text as the spec that a release keeps. */
export function specFrom(text: string): Spec {
  const parsed = parseThinFile(text, 'pltf.yaml');
  const resolved = parsed.ok
    ? resolveSpec(parsed.file, PlatformFile.parse({}), {
        places: parsed.places,
        root: { names: [], texts: new Map() },
      })
    : parsed;
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return Spec.parse(resolved.spec);
}

async function insert(
  db: Db,
  names: readonly string[],
  specs: ReadonlyMap<string, string>,
  owner: string,
  { environments, placements, runState }: SeededServices,
): Promise<void> {
  const at = new Date();
  await db
    .insertInto('components')
    .values(
      names.map((name) => ({
        ...{ name, kind: 'service' as const, owner, description: name, path: null },
        ...{ state: 'ready' as const, spec: specs.get(name) ?? 'null', created_by: 'bench' },
        changed_at: at,
      })),
    )
    .execute();
  await db
    .insertInto('releases')
    .values(
      names.map((component) => ({
        ...{ component, number: 1, id: `rel_${component}`, commit: '0'.repeat(40) },
        ...{
          branch: 'main',
          subject: 's',
          author: 'a',
          digest: `sha256:${'0'.repeat(64)}`,
          bytes: 1,
          run: null,
        },
        spec: specs.get(component) ?? 'null',
        collected_at: null,
      })),
    )
    .execute();
  const rows = names.flatMap((component) =>
    environments.map((environment) => ({
      ...{ id: `${component}.${environment}`, component, environment, branch: null },
      hosts: [`${component}.${environment}.localhost`],
      ...{ state: 'present' as const, revision: 1, release: 1, instances: 1, run_state: runState },
      ...{ observed: null as never, observed_at: null, expires_at: null },
    })),
  );
  await db.insertInto('placements').values(rows.slice(0, placements)).execute();
}
