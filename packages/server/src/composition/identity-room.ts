import { join } from 'node:path';
import type { Config } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { readLocalToken, writeLocalAccess } from '../local-access.ts';
import {
  bootstrap,
  createResolveActor,
  credentialsService,
  type PeopleListener,
  peopleService,
  postgresIdentityQueries,
} from '../modules/identity/index.ts';
import type { Foundation } from './foundation.ts';

/** People and their credentials, with what the first sign-in and the machine's owner need. */
export async function identityRoom(
  { db, platform, portalUrl }: Foundation,
  config: Config,
  listener: PeopleListener,
) {
  const clock = systemClock;
  const { sessions } = config;
  const resolveActor = createResolveActor({ db, clock, sessions });
  const people = peopleService({ clock, listener });
  const credentials = credentialsService({ clock, portalUrl, sessions });
  const queries = postgresIdentityQueries(db);
  const services = { db, clock, queries, people, credentials };
  const first = bootstrap({
    ...services,
    resolveActor,
    defaultTeam: platform.current().defaultTeam,
  });
  await first.prepare({ link: false });
  const localFile = join(config.dataDirectory, 'local.json');
  const token = await first.ensureLocalToken(await readLocalToken(localFile));
  return {
    ...services,
    resolveActor,
    /** Once the server listens: what the command line on this machine reads. */
    offerLocalAccess: async (): Promise<void> => {
      if (token !== undefined)
        await writeLocalAccess(localFile, { url: portalUrl, token: token.text });
    },
  };
}

export type IdentityRoom = Awaited<ReturnType<typeof identityRoom>>;
