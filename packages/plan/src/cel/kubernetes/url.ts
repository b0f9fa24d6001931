import { charge, fail } from '../evaluation/frame.ts';
import type { CelFunction, Library } from '../evaluation/scope.ts';
import { needOpaque, needText } from '../library/arguments.ts';
import { type CelData, CelList, CelMap, CelOpaque } from '../values/cel-value.ts';

interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

const type = 'kubernetes.URL';
const badEscape = /%(?![0-9a-fA-F]{2})/;
// Authority: user information, then a name, an address or [an address of family 6], then a port.
const authority =
  /^(?:[\w\-._~!$&'()*+,;=:%]*@)?((?:\[[0-9a-fA-F:.]+(?:%25[^\]\s]+)?\]|[^\s:/?#@[\]%<>"^`{|}\\]*)(?::\d*)?)$/;

/** An absolute URI or an absolute path, as Go's `url.ParseRequestURI` takes it; `#` is part of it. */
export function parseUrl(text: string): Url | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (text === '' || /[\x00-\x1f\x7f]/.test(text)) return undefined;
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1] ?? '';
  const after = scheme === '' ? text : text.slice(scheme.length + 1);
  const question = after.indexOf('?');
  const before = question === -1 ? after : after.slice(0, question);
  const query = question === -1 ? '' : after.slice(question + 1);
  const name = scheme.toLowerCase();
  if (!before.startsWith('/'))
    return name === '' ? undefined : { scheme: name, host: '', path: '', query };
  if (name === '' || !before.startsWith('//'))
    return badEscape.test(before) ? undefined : { scheme: name, host: '', path: before, query };
  const slash = before.indexOf('/', 2);
  const found = authority.exec(slash === -1 ? before.slice(2) : before.slice(2, slash));
  const path = slash === -1 ? '' : before.slice(slash);
  if (found === null || badEscape.test(path)) return undefined;
  return { scheme: name, host: found[1] ?? '', path, query };
}

/** Percent signs that are escapes already stay what they are. */
function escapedPath(path: string): string {
  const isWhole = /^[\w\-.~!$&'()*+,;=:@[\]/%]*$/.test(path);
  if (isWhole) return path;
  const plain = decode(path) ?? path;
  return plain.replaceAll(/[^\w\-.~$&+,/:;=@]/gu, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function queryOf(query: string): CelMap {
  const values = new Map<string, CelData[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const at = pair.indexOf('=');
    const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    const key = decode(name.replaceAll('+', ' '));
    const held = decode(value.replaceAll('+', ' '));
    if (key === undefined || held === undefined) continue;
    const list = values.get(key) ?? [];
    list.push(held);
    values.set(key, list);
  }
  return new CelMap(new Map([...values].map(([key, list]) => [key, new CelList(list)])));
}

const hostname = (host: string): string => {
  const bracketed = /^\[(.*)\](?::\d*)?$/.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d*$/, '');
};

function part(read: (url: Url) => CelData): CelFunction {
  return (frame, value) => {
    const { held, text } = needOpaque<Url>(value, type, 'a part of a URL');
    charge(frame, Math.ceil(text.length / 10));
    return read(held);
  };
}

export const urls: Library = {
  functions: {
    'url/1': (_frame, value) => {
      const text = needText(value, 'url()');
      const url = parseUrl(text) ?? fail(`'${text.slice(0, 100)}' is not an absolute URL or path`);
      return new CelOpaque(type, url, text);
    },
    'isURL/1': (_frame, value) => parseUrl(needText(value, 'isURL()')) !== undefined,
  },
  methods: {
    'getScheme/0': part(({ scheme }) => scheme),
    'getHost/0': part(({ host }) => host),
    'getHostname/0': part(({ host }) => hostname(host)),
    'getPort/0': part(({ host }) => /:(\d*)$/.exec(host)?.[1] ?? ''),
    'getEscapedPath/0': part(({ path }) => escapedPath(path)),
    'getQuery/0': part(({ query }) => queryOf(query)),
  },
};
