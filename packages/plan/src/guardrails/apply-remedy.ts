import type { Verdict } from '@pltf/contracts';
import { isMap, parseDocument } from 'yaml';
import { canonicalJson } from '../digest.ts';
import { readPolicy } from '../thin-file/policy.ts';
import { editedInPlace } from './edit-in-place.ts';

type Changes = NonNullable<Verdict['fix']>;
type Change = Changes[number];

/**
 * The text of a thin file (one document) with some of its values changed; comments, order and layout stay. Undefined
 * when the text is not one mapping, or a change does not fit into it. Never throws.
 */
export function applyRemedy(text: string, changes: Changes): string | undefined {
  let changed: string | undefined = text;
  for (const change of changes) {
    changed = changed === undefined ? undefined : applyChange(changed, change);
  }
  return changed;
}

function applyChange(text: string, asked: Change): string | undefined {
  try {
    const change = inPolicyText(text, asked);
    const expected = parsed(text);
    if (expected === undefined) return undefined;
    if (change.value === undefined) expected.deleteIn(change.path);
    else {
      for (const index of change.path.keys()) {
        const above = change.path.slice(0, index);
        // `run:` with nothing behind it is a section that is still empty.
        if (index > 0 && expected.getIn(above) === null)
          expected.setIn(above, expected.createNode({}));
      }
      expected.setIn(change.path, change.value);
    }
    const wanted = canonicalJson(expected.toJS());
    const says = (candidate: string): boolean => {
      const document = parsed(candidate);
      return document !== undefined && canonicalJson(document.toJS()) === wanted;
    };
    const edited = editedInPlace(text, change);
    if (edited !== undefined && says(edited)) return edited;
    // Where the place is too odd for an edit of its own, the whole is written anew; comments stay there too.
    const written = expected.toString({ lineWidth: 0, flowCollectionPadding: false });
    return says(written) ? written : undefined;
  } catch {
    // The library throws where a path leads through a value that is no collection.
    return undefined;
  }
}

function parsed(text: string) {
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true });
  return document.errors.length > 0 || !isMap(document.contents) ? undefined : document;
}

/** `policy: pii=true` stays a text when one of its values is set: `policy: pii=true, region=eu`. */
function inPolicyText(text: string, change: Change): Change {
  const { path, value } = change;
  const at = path.lastIndexOf('policy');
  const key = path[at + 1];
  if (at < 0 || at !== path.length - 2 || typeof key !== 'string') return change;
  const policy = path.slice(0, at + 1);
  const present: unknown = parsed(text)?.getIn(policy);
  if (typeof present !== 'string') return change;
  const others = present
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part.split('=')[0]?.trim() !== key);
  const own =
    value === undefined ? [] : [`${key}=${JSON.stringify(value).replace(/^"(.*)"$/, '$1')}`];
  const line = [...others, ...own].join(', ');
  const { policy: read, unclear } = readPolicy(line);
  if (unclear.length === 0 && read[key] === value) return { path: policy, value: line };
  return { path: policy, value: { ...readPolicy(present).policy, [key]: value ?? null } };
}
