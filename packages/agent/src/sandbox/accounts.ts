import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lchownSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Owner, PltfError } from '@pltf/contracts';
import { z } from 'zod';
import { readJson, writeAtomically } from '../files/atomic-file.ts';

/** The operating-system side of an owner: its user, its group (same number) and its folder. */
export interface Account {
  readonly owner: Owner;
  /** Undefined when the agent runs as an ordinary user: then all owners are that user. */
  readonly uid: number | undefined;
  readonly folder: string;
  readonly temporary: string;
  readonly homes: string;
  readonly workspaces: string;
  readonly volumes: string;
  readonly tasks: string;
  /** Unpacked releases: the platform's own, read-only for the owner. */
  readonly releases: string;
}

export interface Accounts {
  /** The account of an owner, made when it is new and then the same for ever. */
  open(owner: Owner): Promise<Account>;
  readonly root: string;
}

const AccountsFile = z.object({
  version: z.literal(1),
  uids: z.record(z.string(), z.number().int()),
});

const firstUid = 200_000;
const uidsEach = 1000;

/** The first of the user numbers of this data directory; directories of one machine rarely share any. */
export function firstUidOf(dataDirectory: string, highestUid: number): number {
  const slots = Math.floor((Math.min(highestUid, 40_000_000) - firstUid) / uidsEach);
  const hash = createHash('sha256').update(dataDirectory).digest().readUInt32BE(0);
  // A container whose user numbers end at 65535 has room for one block below that.
  if (slots < 1) return 60_000;
  return firstUid + (hash % slots) * uidsEach;
}

/** The highest user number that this user namespace knows. */
export function highestUid(): number {
  try {
    const lines = readFileSync('/proc/self/uid_map', 'latin1').trim().split('\n');
    return Math.max(
      ...lines.map((line) => {
        const [inside = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
        return inside + count - 1;
      }),
    );
  } catch {
    return 65_535;
  }
}

export function openAccounts(options: {
  readonly file: string;
  readonly root: string;
  readonly users: boolean;
  readonly first: number;
}): Accounts {
  const uids = new Map(Object.entries(readJson(options.file, AccountsFile)?.uids ?? {}));
  let writing: Promise<void> = Promise.resolve();
  mkdirSync(options.root, { recursive: true, mode: 0o711 });
  if (options.users) chmodSync(options.root, 0o711);

  const allocate = async (key: string): Promise<number> => {
    const known = uids.get(key);
    if (known !== undefined) return known;
    const uid = options.first + uids.size;
    if (uids.size >= uidsEach) {
      throw new PltfError('unavailable', {
        detail: `All ${uidsEach} users for teams' programs are given away.`,
        fix: 'Use another platform (data directory) for more components.',
      });
    }
    uids.set(key, uid);
    const content = JSON.stringify({ version: 1, uids: Object.fromEntries(uids) });
    writing = writing.then(() => writeAtomically(options.file, content));
    await writing;
    return uid;
  };

  return {
    root: options.root,
    async open(owner) {
      const key = `${owner.team}/${owner.component}`;
      const number = await allocate(key);
      const uid = options.users ? number : undefined;
      return openFolders(owner, uid, path.join(options.root, String(number)));
    },
  };
}

/**
 * The owner's folder and its parts belong to the platform (the owner's group may only pass through), so
 * that no program can put a link where the platform, as root, is about to write.
 */
function openFolders(owner: Owner, uid: number | undefined, folder: string): Account {
  const account: Account = {
    owner,
    uid,
    folder,
    temporary: path.join(folder, 'tmp'),
    homes: path.join(folder, 'home'),
    workspaces: path.join(folder, 'workspaces'),
    volumes: path.join(folder, 'volumes'),
    tasks: path.join(folder, 'tasks'),
    releases: path.join(folder, 'releases'),
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o710);
  if (uid !== undefined) chownSync(folder, 0, uid);
  const { homes, workspaces, volumes, tasks, releases } = account;
  for (const part of [homes, workspaces, volumes, tasks, releases]) {
    mkdirSync(part, { recursive: true, mode: 0o755 });
    chmodSync(part, 0o755);
  }
  openOwnFolder(account.temporary, account);
  return account;
}

/** Makes a folder that belongs to the owner alone, below one of the platform's. */
export function openOwnFolder(folder: string, account: Account): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (account.uid !== undefined) lchownSync(folder, account.uid, account.uid);
}
