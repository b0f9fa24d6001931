import { PltfError } from '@pltf/contracts';
import { z } from 'zod';
import { startProblem } from './container-end.ts';
import { type ContainerSpec, containerBody } from './container-spec.ts';
import { CreatedContainer, InspectedContainer, ListedContainer } from './engine-answers.ts';
import { type EngineClient, refusedWith } from './engine-client.ts';
import { labels, ownedBy } from './labels.ts';

/** Single requests about containers, each safe to repeat. */
export interface Containers {
  /** Makes and starts it; the one of this name that is there already is taken. */
  run(spec: Omit<ContainerSpec, 'init'>): Promise<InspectedContainer>;
  inspect(id: string): Promise<InspectedContainer | undefined>;
  list(marks: Readonly<Record<string, string>>): Promise<readonly ListedContainer[]>;
  signal(id: string, signal: string): Promise<void>;
  /** Ends it if it runs, and removes it with its log. */
  remove(id: string): Promise<void>;
}

const Nothing = 304;
const removeMs = 60_000;

export function createContainers(client: EngineClient, agent: string): Containers {
  let init = true;

  const inspect = async (id: string): Promise<InspectedContainer | undefined> => {
    const path = `/containers/${encodeURIComponent(id)}/json`;
    return client.json({ method: 'GET', path }, InspectedContainer).catch(unless(404));
  };

  const remove = async (id: string): Promise<void> => {
    const query = { force: '1', v: '1' };
    const path = `/containers/${id}`;
    // 409: another request removes it already.
    await client.send({ method: 'DELETE', path, query, timeoutMs: removeMs }, [404, 409]);
  };

  const create = async (spec: Omit<ContainerSpec, 'init'>): Promise<string> => {
    const request = {
      ...({ method: 'POST', path: '/containers/create', query: { name: spec.name } } as const),
      body: containerBody({ ...spec, init }),
      timeoutMs: removeMs,
    };
    try {
      return (await client.json(request, CreatedContainer)).Id;
    } catch (error) {
      const known = refusedWith(error) === 409 ? await inspect(spec.name) : undefined;
      if (known?.Config.Labels?.[labels.agent] === agent) return known.Id;
      throw error;
    }
  };

  const start = async (spec: Omit<ContainerSpec, 'init'>): Promise<string> => {
    const id = await create(spec);
    const path = `/containers/${id}/start`;
    try {
      await client.send({ method: 'POST', path, timeoutMs: removeMs }, [Nothing]);
      return id;
    } catch (error) {
      const status = refusedWith(error);
      if (status === undefined) throw error;
      await remove(id);
      const said = messageOf(error);
      if (init && /docker-init|tini/.test(said)) {
        // An engine without its own first process: programs then have to bury their orphans themselves.
        init = false;
        return start(spec);
      }
      throw new PltfError('instance-crashed', {
        detail: `The container could not be started: ${startProblem(said)}.`,
        cause: error,
      });
    }
  };

  return {
    inspect,
    remove,
    async run(spec) {
      const container = await inspect(await start(spec));
      if (container !== undefined) return container;
      throw new PltfError('instance-crashed', {
        detail: `The container ${spec.name} was removed by somebody else.`,
      });
    },
    list: (marks) =>
      client.json(
        {
          method: 'GET',
          path: '/containers/json',
          query: { all: '1', filters: ownedBy(agent, marks) },
        },
        z.array(ListedContainer),
      ),
    async signal(id, signal) {
      // 409: it does not run any more.
      await client.send(
        { method: 'POST', path: `/containers/${id}/kill`, query: { signal } },
        [404, 409],
      );
    },
  };
}

const Said = z.object({ message: z.string() });

/** The engine's own words in an error. */
export function messageOf(error: unknown): string {
  const said = Said.safeParse(error instanceof PltfError ? error.cause : undefined);
  return said.success ? said.data.message : error instanceof Error ? error.message : String(error);
}

const unless = (status: number) => (error: unknown) => {
  if (refusedWith(error) === status) return undefined;
  throw error;
};
