import type { IncomingMessage } from 'node:http';
import { connectionNames, type HeaderRules } from './header-rules.ts';
import { parseTarget } from './host-name.ts';
import { isSaneRequestId } from './request-id.ts';

/** Length of a request body that is sent in chunks. */
export const chunkedBody = -1;

/** One request as the router forwards it. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** The Host header, or the authority of an absolute target; not yet checked. */
  readonly authority: string;
  readonly requestId: string;
  /** The instance that the client pinned with `X-Pltf-Instance`. */
  readonly instance: string | undefined;
  /** Bytes, 0 for none, `chunkedBody` when unknown. */
  readonly bodyLength: number;
  readonly expectsContinue: boolean;
  /** Protocol to switch to, when the client asked for it and the router will tunnel it. */
  readonly upgrade: string | undefined;
  /** Everything up to and including the empty line, as sent to the application. */
  readonly text: string;
}

/** Why a request is not forwarded at all. */
export interface HeadRejection {
  readonly status: 400 | 431 | 501;
  readonly detail: string;
}

/** What the head reader must know beyond the message. */
export interface HeadReading {
  readonly rules: HeaderRules;
  readonly newRequestId: () => string;
  readonly peerAddress: string;
  readonly peerTrusted: boolean;
  readonly maximumHeaders: number;
  readonly expectsContinue: boolean;
  readonly upgrading: boolean;
}

interface Collected {
  hosts: number;
  host: string;
  lines: string;
  requestId: string | undefined;
  instance: string | undefined;
  connection: string | undefined;
  contentLength: string | undefined;
  transferEncoding: string | undefined;
  forwardedFor: string;
  forwardedProto: string | undefined;
  forwardedHost: string | undefined;
}

const bodyMethods: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
const unsafeUpgrade = /^(?:h2c?|http\/2(?:\.0)?)$/i;
const digits = /^[0-9]{1,15}$/;
const protocol = /^[A-Za-z0-9!#$%&'*+.^_`|~/-]{1,64}$/;

const rejected = (status: HeadRejection['status'], detail: string): HeadRejection => ({
  status,
  detail,
});

function collect(raw: readonly string[], rules: HeaderRules): Collected | undefined {
  const seen: Collected = {
    hosts: 0,
    host: '',
    lines: '',
    requestId: undefined,
    instance: undefined,
    connection: undefined,
    contentLength: undefined,
    transferEncoding: undefined,
    forwardedFor: '',
    forwardedProto: undefined,
    forwardedHost: undefined,
  };
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string;
    const value = raw[index + 1] as string;
    const rule = rules(name);
    if (rule === 'forward') seen.lines += `${name}: ${value}\r\n`;
    else if (rule === undefined) return undefined;
    else if (rule !== 'drop') special(seen, rule, value);
  }
  return seen;
}

function special(seen: Collected, rule: string, value: string): void {
  switch (rule) {
    case 'host':
      seen.hosts += 1;
      seen.host = value;
      break;
    case 'connection':
      seen.connection = seen.connection === undefined ? value : `${seen.connection},${value}`;
      break;
    case 'content-length':
      seen.contentLength = seen.contentLength === undefined ? value : 'twice';
      break;
    case 'transfer-encoding':
      seen.transferEncoding = seen.transferEncoding === undefined ? value : 'twice';
      break;
    case 'request-id':
      if (isSaneRequestId(value)) seen.requestId ??= value;
      break;
    case 'instance':
      seen.instance ??= value;
      break;
    case 'forwarded-for':
      seen.forwardedFor += `${value}, `;
      break;
    case 'forwarded-proto':
      seen.forwardedProto ??= value;
      break;
    case 'forwarded-host':
      seen.forwardedHost ??= value;
      break;
  }
}

/** Bytes of the body, or why the framing is refused. Node's parser refuses most of these before. */
function bodyLengthOf(seen: Collected, message: IncomingMessage): number | HeadRejection {
  const { contentLength, transferEncoding } = seen;
  if (transferEncoding !== undefined) {
    if (contentLength !== undefined)
      return rejected(400, 'Both Content-Length and Transfer-Encoding are given.');
    if (message.httpVersionMinor === 0)
      return rejected(400, 'Transfer-Encoding is not part of HTTP/1.0.');
    if (transferEncoding.toLowerCase() !== 'chunked')
      return rejected(501, 'The only transfer coding understood here is `chunked`.');
    return chunkedBody;
  }
  if (contentLength === undefined) return 0;
  return digits.test(contentLength)
    ? Number(contentLength)
    : rejected(400, 'Content-Length is not one number.');
}

/** Removes the lines that the client declared to be for this connection only. Rare, so it may be slow. */
function withoutConnectionHeaders(lines: string, connection: string): string {
  const names = connectionNames(connection);
  if (names.size === 0) return lines;
  const kept = lines
    .split('\r\n')
    .filter((line) => !names.has(line.slice(0, line.indexOf(':')).toLowerCase()));
  return kept.join('\r\n');
}

function forwardedLines(seen: Collected, reading: HeadReading, authority: string): string {
  const address = reading.peerAddress;
  if (!reading.peerTrusted)
    return `X-Forwarded-For: ${address}\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: ${authority}\r\n`;
  const proto = seen.forwardedProto === 'https' ? 'https' : 'http';
  const host = seen.forwardedHost ?? authority;
  return `X-Forwarded-For: ${seen.forwardedFor}${address}\r\nX-Forwarded-Proto: ${proto}\r\nX-Forwarded-Host: ${host}\r\n`;
}

function framingLines(method: string, bodyLength: number, seen: Collected): string {
  if (bodyLength === chunkedBody) return 'Transfer-Encoding: chunked\r\n';
  if (bodyLength > 0 || seen.contentLength !== undefined || bodyMethods.has(method))
    return `Content-Length: ${bodyLength}\r\n`;
  return '';
}

/** The protocol to tunnel. HTTP/2 in clear text is refused: it would pass requests that nobody checks. */
function upgradeOf(message: IncomingMessage, reading: HeadReading): string | undefined {
  const value = message.headers.upgrade;
  if (!reading.upgrading || value === undefined) return undefined;
  return protocol.test(value) && !unsafeUpgrade.test(value) ? value : undefined;
}

/** Checks a request and writes the head that the application gets. One pass over the headers. */
export function readRequestHead(
  message: IncomingMessage,
  reading: HeadReading,
): RequestHead | HeadRejection {
  const raw = message.rawHeaders;
  const method = message.method as string;
  if (raw.length > reading.maximumHeaders * 2)
    return rejected(431, `More than ${reading.maximumHeaders} headers.`);
  const seen = collect(raw, reading.rules);
  if (seen === undefined) return rejected(400, 'A header name has characters that none may have.');
  const target = parseTarget(message.url as string, method);
  if (target === undefined) return rejected(400, 'The request target is not a path.');
  if (seen.hosts !== 1) return rejected(400, 'There must be exactly one Host header.');
  const authority = target.authority ?? seen.host;
  const bodyLength = bodyLengthOf(seen, message);
  if (typeof bodyLength !== 'number') return bodyLength;
  const upgrade = upgradeOf(message, reading);
  if (reading.upgrading && bodyLength !== 0)
    return rejected(400, 'A request that switches protocols has no body.');
  const requestId = seen.requestId ?? reading.newRequestId();
  const { connection } = seen;
  const lines =
    connection === undefined || connection === 'keep-alive' || connection === 'close'
      ? seen.lines
      : withoutConnectionHeaders(seen.lines, connection);
  const switching = upgrade === undefined ? '' : `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
  const expect = reading.expectsContinue ? 'Expect: 100-continue\r\n' : '';
  return {
    method,
    path: target.path,
    authority,
    requestId,
    instance: seen.instance,
    bodyLength,
    expectsContinue: reading.expectsContinue && bodyLength !== 0,
    upgrade,
    text:
      `${method} ${target.path} HTTP/1.1\r\nHost: ${authority}\r\n${lines}` +
      framingLines(method, bodyLength, seen) +
      expect +
      switching +
      forwardedLines(seen, reading, authority) +
      `X-Request-Id: ${requestId}\r\n\r\n`,
  };
}
