import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** An address and the token for it. */
export interface Login {
  readonly url: string;
  readonly token: string;
  readonly user?: string;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length > 0 && value.length <= 2000 ? value : undefined;

/**
 * The login stored in a file, or undefined when there is none that can be read. Checked by hand, because git waits
 * for this at every push and loading a schema library would double that wait.
 */
export function readLogin(file: string): Login | undefined {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
  if (typeof found !== 'object' || found === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(found));
  const url = text(fields.get('url'));
  const token = text(fields.get('token'));
  if (url === undefined || token === undefined || !URL.canParse(url)) return undefined;
  const user = text(fields.get('user'));
  return {
    url,
    token,
    ...(user === undefined ? {} : { user }),
  };
}

/** Stores a login so that only this user can read it, at once or not at all. */
export function writeLogin(file: string, login: Login): void {
  const directory = dirname(file);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, `${JSON.stringify(login, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Forgets a login; true when there was one. */
export function removeLogin(file: string): boolean {
  const there = readLogin(file) !== undefined;
  rmSync(file, { force: true });
  return there;
}
