import type { Logger } from 'pino';
import type { PlacementRecord } from '../placement/placement-record.ts';

/**
 * The way from one container to another: through the router, which listens on the machine's own address in each
 * environment's network. There an instance reaches the placements that its own has declared, and nothing else.
 */
export interface EdgeRouter {
  /** The router listens on this port from now on. */
  begin(port: number): void;
  readonly port: number;
  /** Has the router listen in a network. Never rejects: without it only calls between containers fail. */
  open(gateway: string | undefined): Promise<void>;
  close(): Promise<void>;
}

export interface EdgeRouterOptions {
  readonly listen: (
    address: { readonly host: string; readonly port: number },
    mayReach: (caller: string, placement: string) => boolean,
  ) => Promise<AsyncDisposable>;
  readonly placements: () => readonly { readonly record: PlacementRecord }[];
  readonly log: Logger;
}

export function createEdgeRouter({ listen, placements, log }: EdgeRouterOptions): EdgeRouter {
  const open = new Map<string, Promise<AsyncDisposable | undefined>>();
  let port = 0;
  const mayReach = (caller: string, placement: string): boolean =>
    placements().some(
      ({ record: { desired, instances } }) =>
        desired.edges?.some((edge) => edge.placement === placement) === true &&
        instances.some(({ address }) => address === caller),
    );
  return {
    begin(given) {
      port = given;
    },
    get port() {
      return port;
    },
    async open(gateway) {
      if (gateway === undefined || port === 0) return;
      const known =
        open.get(gateway) ??
        listen({ host: gateway, port }, mayReach).catch((error: unknown) => {
          log.warn({ err: error, gateway }, 'containers cannot call each other in a network');
          open.delete(gateway);
          return undefined;
        });
      open.set(gateway, known);
      await known;
    },
    async close() {
      const all = await Promise.all(open.values());
      for (const listener of all) await listener?.[Symbol.asyncDispose]();
    },
  };
}

/** `PAYMENTS_URL` for the need `payments`. */
export const edgeVariable = (need: string): string =>
  `${need.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_URL`;
