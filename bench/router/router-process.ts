// The router with all of its features on. Arguments: own port, the application's port, the access log.
import { createRouter } from '../../packages/agent/src/router/index.ts';

const [port = '', upstream = '', log = ''] = process.argv.slice(2);
const router = createRouter({ accessLog: { path: log, maximumBytes: 32 * 1024 ** 2, keep: 1 } });
router.setRoute('bench.prod', {
  hosts: ['127.0.0.1'],
  backends: [{ instanceId: 'bench.prod-1', port: Number(upstream) }],
});
await router.listen({ host: '127.0.0.1', port: Number(port) });
