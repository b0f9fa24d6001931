// Watches everything of one installation, as the server does, and prints how much memory that takes. Started by
// `watching.ts`: watching-process.ts <platform> <placements>
import { setTimeout as sleep } from 'node:timers/promises';
import { openClusterCache } from '../../packages/server/src/drivers/cluster/cache/watched-cache.ts';
import { openCluster } from '../../packages/server/src/drivers/cluster/http/http-cluster.ts';
import { kubeconfigSource } from '../../packages/server/src/drivers/cluster/http/kubeconfig.ts';
import { currentContext } from './kubectl.ts';

const [platform = '', placements = '0'] = process.argv.slice(2);
const signal = AbortSignal.timeout(120_000);
/** What was needed to read the lists is given back by then. */
const calmMs = 10_000;

await using api = openCluster({
  name: 'bench',
  context: await currentContext(signal),
  kubeconfig: kubeconfigSource(process.env),
});
await api.served();
const baseMb = process.memoryUsage.rss() / 1e6;
await using cache = openClusterCache({ api, platform });
await cache.ready(signal);
await sleep(calmMs);
const namespaces = cache.namespaces();
if (namespaces.length !== Number(placements))
  throw new Error(`${namespaces.length} namespaces of ${placements} are in the cache`);
const objects = namespaces.reduce((sum, name) => {
  const { objects: some, workloads } = cache.of(name);
  return sum + some.length + workloads.length;
}, 0);
process.stdout.write(
  JSON.stringify({ residentMb: process.memoryUsage.rss() / 1e6, baseMb, objects }),
);
