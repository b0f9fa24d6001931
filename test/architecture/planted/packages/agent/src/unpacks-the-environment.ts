// violates: environment-only-in-config
const { env } = process;

export const home = env.HOME;
