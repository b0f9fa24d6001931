import type { Client } from '@pltf/contracts';
import { createContext, useContext } from 'react';

export const ClientContext = createContext<Client | undefined>(undefined);

/** The typed client of the public API: the portal's only way to the platform. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error('no client above this component');
  return client;
}
