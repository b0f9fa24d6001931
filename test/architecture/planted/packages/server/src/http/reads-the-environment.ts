// violates: environment-only-in-config
export const home = process.env.HOME;
