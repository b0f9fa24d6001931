import { namespaceOf, objectName, type Peer, type RenderInput } from '../render/index.ts';

/** A text with what is a placement's own in it under names that are the same for all: `<name>`, `<namespace>`. */
export type Normalise = (text: string) => string;

/**
 * Names of a placement that stand in its objects. Two placements that change in the same way have the same
 * difference once these are out of it.
 */
export function ownNames({
  placement,
  release,
  callers = [],
  callees = {},
}: RenderInput): Normalise {
  const { metadata, spec } = placement;
  const tokens = new Map<string, string>();
  const name = (text: string, token: string): void => {
    if (text !== '' && !tokens.has(text)) tokens.set(text, token);
  };
  name(namespaceOf(metadata.name, spec.environment), '<namespace>');
  name(`${metadata.name}.${spec.environment}`, '<placement>');
  spec.routes.forEach(({ host }, index) => {
    name(host, index === 0 ? '<host>' : `<host ${index + 1}>`);
  });
  name(release.image, '<image>');
  name(release.commit, '<commit>');
  name(release.commit.slice(0, 12), '<commit>');
  for (const peer of [...callers, ...Object.values(callees)]) namePeer(peer, name);
  name(objectName(metadata.name), '<name>');
  name(metadata.name, '<name>');
  name(spec.component, '<component>');
  name(spec.owner, '<owner>');
  const longestFirst = [...tokens.keys()].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(
    `(?<![A-Za-z0-9])(?:${longestFirst.map(escaped).join('|')})(?![A-Za-z0-9])`,
    'g',
  );
  return (text) => text.replace(pattern, (found) => tokens.get(found) ?? found);
}

function namePeer(
  { component, label, environment }: Peer,
  name: (text: string, token: string) => void,
): void {
  name(namespaceOf(label, environment), '<namespace of a peer>');
  name(label, '<peer>');
  name(component, '<peer>');
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
