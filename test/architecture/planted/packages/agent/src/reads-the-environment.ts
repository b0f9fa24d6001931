// violates: environment-only-in-config
import { env } from 'node:process';

export const home = env.HOME;
