import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { PltfError, StoredRelease } from '@pltf/contracts';
import { asDiskFull, readJson, writeAtomically } from '../files/atomic-file.ts';
import { makeReadableFolder } from '../files/open-folder.ts';
import { runTool } from '../process/run-tool.ts';
import type { Account } from '../sandbox/accounts.ts';
import type { Tools } from '../sandbox/tools.ts';
import { createTarInspector, type TarLimits } from './tar-inspector.ts';

/** Archives by their content's digest, and unpacked copies of them for owners. */
export interface ReleaseStore {
  /** Stores what the stream brings; the same content is stored once. Nothing is left when it fails. */
  store(archive: Readable, ended: Promise<unknown>): Promise<StoredRelease>;
  find(digest: string): StoredRelease | undefined;
  /** The archive's file. Throws `release-collected`. */
  archive(digest: string): string;
  list(): readonly StoredRelease[];
  remove(digest: string): Promise<void>;
  /** Unpacks a release once for an owner, read-only. `variant` keeps a copy apart that needs a link in it. */
  open(account: Account, digest: string, variant?: ReleaseVariant): Promise<string>;
  folderOf(account: Account, digest: string, variant?: ReleaseVariant): string;
  /** Unpacks a release into an empty folder. */
  unpack(digest: string, folder: string): Promise<void>;
  /** Removes the owner's unpacked releases that are not used; each is asked for in the moment it goes. */
  sweep(account: Account, isUsed: (folder: string) => boolean): Promise<void>;
}

/** A release in which one folder is another one that outlives it. */
export interface ReleaseVariant {
  readonly name: string;
  readonly prepare: (folder: string) => Promise<void>;
}

export const releaseLimits: TarLimits = { entries: 200_000, bytes: 4 * 1024 ** 3 };

export function openReleaseStore(
  root: string,
  tools: Tools,
  limits: TarLimits = releaseLimits,
): ReleaseStore {
  const unpacking = new Map<string, Promise<string>>();
  const files = (digest: string) => {
    const hex = digest.slice('sha256:'.length);
    return { archive: path.join(root, `${hex}.tar`), facts: path.join(root, `${hex}.json`) };
  };
  let sequence = 0;

  const find = (digest: string) => readJson(files(digest).facts, StoredRelease);

  const store = async (archive: Readable, ended: Promise<unknown>): Promise<StoredRelease> => {
    sequence += 1;
    const fresh = path.join(root, `.${process.pid}-${sequence}.new`);
    try {
      const written = await writeArchive(archive, fresh, limits);
      await ended;
      if (!written.complete) throw new PltfError('internal', { detail: 'The archive broke off.' });
      const place = files(written.digest);
      const known = find(written.digest);
      if (known !== undefined) {
        await rm(fresh);
        return known;
      }
      await rename(fresh, place.archive);
      const stored = { digest: written.digest, bytes: written.bytes, files: written.files };
      await writeAtomically(place.facts, JSON.stringify(stored));
      return stored;
    } catch (error) {
      archive.destroy();
      await Promise.allSettled([ended, rm(fresh, { force: true })]);
      throw asDiskFull(error, 'a release');
    }
  };

  const unpack = async (digest: string, folder: string): Promise<void> => {
    if (find(digest) === undefined) throw collected(digest);
    const args = ['-x', '--no-same-owner', '--no-same-permissions', '-f', files(digest).archive];
    await runTool(tools.tar, [...args, '-C', folder], { umask: '022' });
  };

  const folderOf = (account: Account, digest: string, variant?: ReleaseVariant) => {
    const hex = digest.slice('sha256:'.length, 'sha256:'.length + 24);
    return path.join(account.releases, variant === undefined ? hex : `${hex}-${variant.name}`);
  };

  const unpackOnce = async (folder: string, digest: string, variant?: ReleaseVariant) => {
    if (existsSync(folder)) return folder;
    const fresh = `${folder}.${process.pid}.new`;
    try {
      await rm(fresh, { recursive: true, force: true });
      makeReadableFolder(fresh);
      await unpack(digest, fresh);
      await variant?.prepare(fresh);
      await rename(fresh, folder);
      return folder;
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      throw error;
    }
  };

  return {
    store,
    find,
    archive(digest) {
      if (find(digest) === undefined) throw collected(digest);
      return files(digest).archive;
    },
    unpack,
    folderOf,
    list: () =>
      readdirSync(root)
        .filter((name) => name.endsWith('.json'))
        .map((name) => readJson(path.join(root, name), StoredRelease))
        .filter((release) => release !== undefined),
    async remove(digest) {
      const { archive, facts } = files(digest);
      await rm(facts, { force: true });
      await rm(archive, { force: true });
    },
    open(account, digest, variant) {
      const folder = folderOf(account, digest, variant);
      const known = unpacking.get(folder);
      if (known !== undefined) return known;
      const opening = unpackOnce(folder, digest, variant).finally(() => unpacking.delete(folder));
      unpacking.set(folder, opening);
      return opening;
    },
    async sweep(account, isUsed) {
      for (const name of readdirSync(account.releases)) {
        const folder = path.join(account.releases, name);
        if (isUsed(folder) || name.endsWith(`.${process.pid}.new`)) continue;
        // Away in one step: whoever wants it from now on unpacks it anew.
        const away = path.join(root, `.${name}-${randomBytes(6).toString('hex')}.away`);
        renameSync(folder, away);
        await rm(away, { recursive: true, force: true });
      }
    },
  };
}

async function writeArchive(archive: Readable, file: string, limits: TarLimits) {
  const hash = createHash('sha256');
  const inspector = createTarInspector(limits);
  let bytes = 0;
  const handle = await open(file, 'wx', 0o600);
  try {
    for await (const chunk of archive as AsyncIterable<Buffer>) {
      hash.update(chunk);
      inspector.push(chunk);
      bytes += chunk.length;
      await handle.write(chunk);
    }
    await handle.datasync();
  } finally {
    await handle.close();
  }
  const files = inspector.finish();
  const digest = `sha256:${hash.digest('hex')}`;
  return { digest, bytes, files: files ?? 0, complete: files !== undefined };
}

const collected = (digest: string) =>
  new PltfError('release-collected', {
    detail: `The release ${digest.slice(0, 19)}… is not in the store.`,
  });
