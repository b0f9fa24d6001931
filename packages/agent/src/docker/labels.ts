/** Marks on everything that an agent makes in an engine: what bears them is its own, all else is not. */
export const labels = {
  agent: 'pltf.dev/agent',
  placement: 'pltf.dev/placement',
  environment: 'pltf.dev/environment',
  instance: 'pltf.dev/instance',
  release: 'pltf.dev/release',
  task: 'pltf.dev/task',
} as const;

/** The part after the last dot: `prod` of `users-api.prod`. */
export const environmentOf = (placement: string): string =>
  placement.slice(placement.lastIndexOf('.') + 1);

export const filtersOf = (filters: Readonly<Record<string, readonly string[]>>): string =>
  JSON.stringify(filters);

/** Filter for what this agent has made. */
export const ownedBy = (agent: string, more: Readonly<Record<string, string>> = {}): string =>
  filtersOf({
    label: [
      `${labels.agent}=${agent}`,
      ...Object.entries(more).map(([name, value]) => `${name}=${value}`),
    ],
  });
