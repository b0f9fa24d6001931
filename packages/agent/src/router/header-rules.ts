/** What the router does with a header that comes from a client or from an application. */
export type HeaderRule =
  | 'forward'
  | 'drop'
  | 'connection'
  | 'content-length'
  | 'transfer-encoding'
  | 'keep-alive'
  | 'host'
  | 'expect'
  | 'request-id'
  | 'forwarded-for'
  | 'forwarded-proto'
  | 'forwarded-host'
  | 'instance';

/** `undefined`: not a header name at all. */
export type HeaderRules = (name: string) => HeaderRule | undefined;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/;
const maximumRemembered = 2_048;

// Hop-by-hop headers (RFC 9110 §7.6.1) concern one connection only; the framing is written anew on each side.
const hopByHop: readonly (readonly [string, HeaderRule])[] = [
  ['connection', 'connection'],
  ['content-length', 'content-length'],
  ['transfer-encoding', 'transfer-encoding'],
  ['keep-alive', 'keep-alive'],
  ['proxy-connection', 'drop'],
  ['proxy-authenticate', 'drop'],
  ['proxy-authorization', 'drop'],
  ['te', 'drop'],
  ['trailer', 'drop'],
  ['upgrade', 'drop'],
];

const requestRules = new Map<string, HeaderRule>([
  ...hopByHop,
  ['host', 'host'],
  ['expect', 'expect'],
  ['x-request-id', 'request-id'],
  ['x-forwarded-for', 'forwarded-for'],
  ['x-forwarded-proto', 'forwarded-proto'],
  ['x-forwarded-host', 'forwarded-host'],
  ['x-pltf-instance', 'instance'],
  // Nobody but this router says who asked: an application that trusts one of these must not be fooled.
  ['forwarded', 'drop'],
  ['x-real-ip', 'drop'],
]);

const responseRules = new Map<string, HeaderRule>([...hopByHop, ['x-request-id', 'request-id']]);

function requestRule(lower: string): HeaderRule {
  const known = requestRules.get(lower);
  if (known !== undefined) return known;
  if (lower.startsWith('x-forwarded-')) return 'drop';
  // CGI and WSGI make `_` and `-` the same, so `X_Forwarded_For` would be a way around the rules above.
  const dashed = lower.includes('_') ? lower.replaceAll('_', '-') : lower;
  return dashed !== lower && requestRule(dashed) !== 'forward' ? 'drop' : 'forward';
}

/** Remembers names as they are spelled: a table look-up costs a third of lower-casing and comparing. */
function remembering(rule: (lower: string) => HeaderRule): HeaderRules {
  const remembered = new Map<string, HeaderRule>();
  return (name) => {
    const known = remembered.get(name);
    if (known !== undefined) return known;
    if (!token.test(name)) return undefined;
    const found = rule(name.toLowerCase());
    if (remembered.size < maximumRemembered) remembered.set(name, found);
    return found;
  };
}

export const createRequestRules = (): HeaderRules => remembering(requestRule);
export const createResponseRules = (): HeaderRules =>
  remembering((lower) => responseRules.get(lower) ?? 'forward');

/** Names of headers that a Connection header makes hop-by-hop; its usual values name none. */
export function connectionNames(value: string): ReadonlySet<string> {
  const names = value.split(',', 64).map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== '' && name !== 'close' && name !== 'keep-alive'));
}
