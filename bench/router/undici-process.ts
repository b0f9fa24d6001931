// Bare undici as a proxy. Arguments: own port, the application's port.
import { forwardWithUndici } from '../../packages/agent/src/router/testing/bare-undici.ts';

const [port = '', upstream = ''] = process.argv.slice(2);
forwardWithUndici(Number(port), Number(upstream));
