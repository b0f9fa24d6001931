import { PltfError } from '@pltf/contracts';
import { z } from 'zod';
import { CreatedContainer, InspectedNetwork, ListedNetwork } from './engine-answers.ts';
import { type EngineClient, refusedWith } from './engine-client.ts';
import { labels, ownedBy } from './labels.ts';

/** The network of one environment. */
export interface EnvironmentNetwork {
  readonly name: string;
  /** The machine's own address in it. */
  readonly gateway: string | undefined;
}

/**
 * One network for each environment: no way out of the machine (`internal`), none between its containers
 * (no inter-container communication). The machine itself, so the router, reaches every container.
 */
export interface Networks {
  ensure(environment: string): Promise<EnvironmentNetwork>;
  /** Removes those of this agent that nobody uses: `isUsed` says which environments have placements. */
  sweep(isUsed: (environment: string) => boolean): Promise<void>;
}

const forbidden = 403;

export function createNetworks(client: EngineClient, agent: string): Networks {
  const making = new Map<string, Promise<EnvironmentNetwork>>();

  const find = async (name: string): Promise<EnvironmentNetwork | undefined> => {
    const path = `/networks/${name}`;
    try {
      const network = await client.json({ method: 'GET', path }, InspectedNetwork);
      if (network.Labels?.[labels.agent] !== agent) throw taken(name);
      return { name, gateway: network.IPAM.Config?.[0]?.Gateway };
    } catch (error) {
      if (refusedWith(error) === 404) return undefined;
      throw error;
    }
  };

  const make = async (environment: string): Promise<EnvironmentNetwork> => {
    const name = `pltf-${agent}-${environment}`;
    const known = await find(name);
    if (known !== undefined) return known;
    const body = {
      Name: name,
      CheckDuplicate: true,
      Driver: 'bridge',
      Internal: true,
      Options: { 'com.docker.network.bridge.enable_icc': 'false' },
      Labels: { [labels.agent]: agent, [labels.environment]: environment },
    };
    const request = { method: 'POST', path: '/networks/create', body } as const;
    await client.json(request, CreatedContainer).catch((error: unknown) => {
      // Another one was quicker.
      if (refusedWith(error) !== 409) throw error;
    });
    return (await find(name)) ?? { name, gateway: undefined };
  };

  return {
    ensure(environment) {
      const known = making.get(environment);
      if (known !== undefined) return known;
      const network = make(environment).finally(() => making.delete(environment));
      making.set(environment, network);
      return network;
    },
    async sweep(isUsed) {
      const query = { filters: ownedBy(agent) };
      const own = await client.json(
        { method: 'GET', path: '/networks', query },
        z.array(ListedNetwork),
      );
      for (const { Id, Labels } of own) {
        const environment = Labels?.[labels.environment] ?? '';
        if (isUsed(environment) || making.has(environment)) continue;
        // 403: a container is still in it; the next sweep looks again.
        await client.send({ method: 'DELETE', path: `/networks/${Id}` }, [forbidden, 404, 409]);
      }
    },
  };
}

const taken = (name: string) =>
  new PltfError('container-engine-refused', {
    detail: `A network ${name} is there already, and this platform did not make it.`,
    fix: `Remove it: docker network rm ${name}`,
  });
