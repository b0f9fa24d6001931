/** What git asks for: one `key=value` a line. */
export type CredentialQuestion = ReadonlyMap<string, string>;

export function parseQuestion(text: string): CredentialQuestion {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether two addresses are one platform: the same scheme, port and host, where this machine has several names. */
export function samePlace(one: URL, other: URL): boolean {
  const host =
    one.hostname === other.hostname || (loopback.has(one.hostname) && loopback.has(other.hostname));
  return host && one.protocol === other.protocol && one.port === other.port;
}

/** The answer to `get`: the token for the configured address, nothing for any other. */
export function answer(
  question: CredentialQuestion,
  url: string,
  token: string | undefined,
): string {
  const asked = `${question.get('protocol') ?? ''}://${question.get('host') ?? ''}`;
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) return '';
  if (!URL.canParse(asked) || !URL.canParse(url) || !samePlace(new URL(asked), new URL(url)))
    return '';
  return `username=pltf\npassword=${token}\n`;
}
