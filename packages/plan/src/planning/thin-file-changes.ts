import type { Verdict } from '@pltf/contracts';
import { isMap, parseDocument } from 'yaml';
import { readPolicy } from '../policy.ts';

type Changes = NonNullable<Verdict['fix']>;

/**
 * The text of a thin file with some of its values changed; comments and order stay. Undefined when the text is not one
 * mapping, or a change does not fit into it.
 */
export function withChanges(text: string, changes: Changes): string | undefined {
  try {
    const document = parseDocument(text, { version: '1.2', uniqueKeys: true });
    if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
    for (const { path, value } of changes) {
      spreadPolicy(document, path);
      if (value === undefined) document.deleteIn(path);
      else document.setIn(path, value);
    }
    return document.toString({ lineWidth: 0 });
  } catch {
    // The library throws where a path leads through a value that is no collection.
    return undefined;
  }
}

/** `policy: pii=true` becomes a map before one of its values is set. */
function spreadPolicy(
  document: ReturnType<typeof parseDocument>,
  path: Changes[number]['path'],
): void {
  const at = path.indexOf('policy');
  if (at < 0 || at === path.length - 1) return;
  const policy = path.slice(0, at + 1);
  const present: unknown = document.getIn(policy);
  if (typeof present !== 'string') return;
  document.setIn(policy, document.createNode(readPolicy(present).policy, { flow: true }));
}
