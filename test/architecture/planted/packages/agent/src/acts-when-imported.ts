// violates: import-without-effect
const started = new Set<string>();
started.add('agent');

export const count = (): number => started.size;
