/** Where a field comes from. */
export interface Origin {
  /** `*` is any key or index, `**` at the end anything below. */
  readonly path: string;
  /** Inputs that it was made from, like `spec.run.memoryMiB` of the placement, `release.image`, `cluster.minor`. */
  readonly from: readonly string[];
  /** One sentence for a person. */
  readonly because: string;
}

export const origin = (path: string, from: string, because: string): Origin => ({
  path,
  from: from === '' ? [] : from.split(' '),
  because,
});

export const settings =
  'spec.run.env callees spec.component spec.environment spec.owner metadata.name spec.kind';
export const port = 'spec.run.port spec.kind';
export const volumes = 'spec.run.volume spec.run.volumes spec.run.containers';
export const running = `spec.kind ${volumes} schedule`;
export const beside = 'spec.run.containers spec.run.startOrder cluster.minor';
export const files = 'spec.run.files spec.run.containers';
