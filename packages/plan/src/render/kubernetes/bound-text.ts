import { needVariable } from '../../thin-file/resolve-needs.ts';
import { type FilledText, fillPlaces } from '../fill-places.ts';
import { addressOf } from './names.ts';
import type { Placed } from './placed.ts';

/** What a place becomes: a text that is known, or the name of a variable that a secret brings. */
type Meaning = { readonly known: string } | { readonly variable: string } | undefined;

/**
 * A text with places (`redis://${needs.cache.host}`, `$$` for a dollar sign) as the value of a container's variable: the
 * cluster fills `$(CACHE_HOST)` in from the secret of the need.
 */
export const boundVariable = (placed: Placed, text: string): FilledText =>
  filled(placed, text, literal, (variable) => `$(${variable})`);

/** The same as the content of a file, which the cluster leaves as it is: what only a secret knows stays open. */
export const boundContent = (placed: Placed, text: string): FilledText =>
  filled(
    placed,
    text,
    (known) => known,
    () => undefined,
  );

/** A text that the cluster must not take for one with places. */
export const literal = (text: string): string =>
  text.includes('$') ? text.replaceAll('$', '$$$$') : text;

const filled = (
  placed: Placed,
  text: string,
  known: (text: string) => string,
  variable: (name: string) => string | undefined,
): FilledText =>
  fillPlaces(text, {
    plain: known,
    valueOf: (parts) => {
      const meaning = meaningOf(placed, parts);
      if (meaning === undefined) return undefined;
      return 'known' in meaning ? known(meaning.known) : variable(meaning.variable);
    },
  });

function meaningOf(placed: Placed, parts: readonly string[]): Meaning {
  const [root, name = '', key = ''] = parts;
  const { spec } = placed;
  if (root === 'needs') return ofNeed(placed, name, key);
  const value = root === 'environment' ? spec.run.env[name] : undefined;
  if (value !== undefined) return { known: value };
  const [route] = root === 'route' ? spec.routes : [];
  if (route === undefined) return undefined;
  if (name === 'host') return { known: route.host };
  return name === 'url' ? { known: `https://${route.host}` } : undefined;
}

/** How others than the platform call what a binding holds. */
const otherNames: Readonly<Record<string, string>> = {
  username: 'USER',
  database: 'NAME',
  uri: 'URL',
};

function ofNeed({ spec, input }: Placed, need: string, key: string): Meaning {
  const peer = input.callees?.[need];
  if (peer !== undefined) {
    const url = addressOf(peer.label, peer.environment);
    const known = { url, host: url.slice('http://'.length), port: '80' }[key === '' ? 'url' : key];
    return known === undefined ? undefined : { known };
  }
  const wanted = spec.needs[need];
  if (wanted === undefined || wanted.kind === 'service') return undefined;
  if (wanted.kind === 'secret') return { variable: needVariable(need) };
  return { variable: `${needVariable(need)}_${otherNames[key] ?? needVariable(key || 'url')}` };
}
