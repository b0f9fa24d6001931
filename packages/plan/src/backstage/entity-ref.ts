/** A reference to an entity of a catalogue, in full and lower case: `component:default/shop`. */
export interface EntityRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

const parts =
  /^(?:([a-z][a-z0-9]*):)?(?:([a-z0-9]+(?:-+[a-z0-9]+)*)\/)?([a-z0-9]+(?:[-_.]+[a-z0-9]+)*)$/i;

/** Reads `[kind:][namespace/]name`; what is left out is taken from where it stands. Undefined for anything else. */
export function parseEntityRef(
  text: string,
  defaults: { readonly kind?: string; readonly namespace: string },
): EntityRef | undefined {
  const [, kind = defaults.kind, namespace = defaults.namespace, name] = parts.exec(text) ?? [];
  if (kind === undefined || name === undefined || name.length > 63 || namespace.length > 63)
    return undefined;
  return {
    kind: kind.toLowerCase(),
    namespace: namespace.toLowerCase(),
    name: name.toLowerCase(),
  };
}

export const entityRef = ({ kind, namespace, name }: EntityRef): string =>
  `${kind}:${namespace}/${name}`.toLowerCase();
