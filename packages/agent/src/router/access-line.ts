/** One request in the access log. */
export interface AccessEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly placement: string | undefined;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Of the answer's body. */
  readonly bytes: number;
  readonly milliseconds: number;
  readonly instance: string | undefined;
  readonly requestId: string;
}

const maximumPath = 2_048;
const needsEscape = /["\\\0-\x1f\x7f-\uffff]/;
const beyondAscii = /[\x7f-\uffff]/g;

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

function quoted(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text).replace(beyondAscii, escaped) : `"${text}"`;
}

/** Path and query, each cut off after 2 KiB. */
function shortened(target: string): string {
  if (target.length <= maximumPath) return target;
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const query = question < 0 ? '' : target.slice(question);
  const cut = (text: string): string =>
    text.length > maximumPath ? `${text.slice(0, maximumPath)}…` : text;
  return cut(path) + cut(query);
}

/** Writes times as ISO 8601; made once a millisecond. */
export function createClockText(): (at: number) => string {
  let millisecond = -1;
  let text = '';
  return (at) => {
    const now = Math.floor(at);
    if (now !== millisecond) {
      millisecond = now;
      text = new Date(now).toISOString();
    }
    return text;
  };
}

/** One line of JSON in plain ASCII, with its line end. */
export function accessLine(entry: AccessEntry, clockText: (at: number) => string): string {
  const { placement, instance } = entry;
  return (
    `{"time":"${clockText(entry.at)}"` +
    (placement === undefined ? '' : `,"placement":${quoted(placement)}`) +
    `,"host":${quoted(entry.host)},"method":"${entry.method}"` +
    `,"path":${quoted(shortened(entry.path))},"status":${entry.status},"bytes":${entry.bytes}` +
    `,"ms":${Math.round(entry.milliseconds * 1_000) / 1_000}` +
    (instance === undefined ? '' : `,"instance":${quoted(instance)}`) +
    `,"id":"${entry.requestId}"}\n`
  );
}
