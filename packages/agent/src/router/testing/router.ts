import { onTestFinished } from 'vitest';
import type { RouterOptions } from '../options.ts';
import { createRouter, type Router } from '../router.ts';

export interface RunningRouter {
  readonly router: Router;
  readonly port: number;
}

/** A router on a free port of 127.0.0.1, closed when the test is over. */
export async function runningRouter(options: RouterOptions = {}): Promise<RunningRouter> {
  const router = createRouter({ ...options, timeouts: { sweepMs: 20, ...options.timeouts } });
  onTestFinished(() => router.close({ deadlineMs: 0 }));
  const { port } = await router.listen({ host: '127.0.0.1', port: 0 });
  return { router, port };
}

/** The placement `app.prod`, reached as `app.test`, with instances `i1`, `i2` … on these ports. */
export async function routerTo(
  ports: readonly number[],
  options: RouterOptions = {},
): Promise<RunningRouter> {
  const running = await runningRouter(options);
  route(running.router, ports);
  return running;
}

export function route(router: Router, ports: readonly number[], prefix = 'i'): void {
  router.setRoute('app.prod', {
    hosts: ['app.test'],
    backends: ports.map((port, index) => ({ instanceId: `${prefix}${index + 1}`, port })),
  });
}
