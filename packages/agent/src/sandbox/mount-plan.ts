import { lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** What a namespace shows: computed from the machine, carried out by bubblewrap. */
export interface MountRequest {
  readonly dataDirectory: string;
  /** The one folder below the data directory that is shown. */
  readonly ownFolder: string;
  readonly releases: string;
  readonly temporary: string;
  readonly programs: string;
  readonly searchPath: readonly string[];
  /** An own folder shown at a place of its own (a volume). */
  readonly volume?: { readonly source: string; readonly target: string };
  /** Started as root: devices of its own can be made then. */
  readonly privileged: boolean;
}

/** What of the root is the machine's and not somebody's: everything else is not there for programs. */
const system = new Set([
  ...['bin', 'etc', 'gnu', 'lib', 'lib32', 'lib64', 'libx32', 'nix', 'opt', 'sbin', 'snap', 'sys'],
  ...['usr', 'var'],
]);

const covered = ['/root', '/home', '/run'];

/** Below /run only what name resolution needs: it also holds sockets of the machine and its users. */
const resolution = ['/run/systemd/resolve', '/run/resolvconf', '/run/NetworkManager'];

/**
 * Arguments for bubblewrap: a new root with the machine's programs read-only, nobody's home, none of the
 * platform's data, a temporary folder of the owner's own.
 */
export function bubblewrapArguments(request: MountRequest): readonly string[] {
  const args = ['--tmpfs', '/'];
  for (const entry of readdirSync('/', { withFileTypes: true })) {
    const place = `/${entry.name}`;
    if (!system.has(entry.name)) continue;
    if (entry.isSymbolicLink()) args.push('--symlink', readlinkSync(place), place);
    else if (entry.isDirectory()) args.push('--ro-bind', place, place);
  }
  for (const folder of covered) args.push('--tmpfs', folder);
  for (const place of resolution) args.push('--ro-bind-try', place, place);
  args.push('--bind', request.temporary, '/tmp');
  if (isFolder('/var/tmp')) args.push('--bind', request.temporary, '/var/tmp');
  if (request.privileged) args.push('--dev', '/dev');
  else args.push('--dev-bind', '/dev', '/dev', '--tmpfs', '/dev/shm');
  args.push('--proc', '/proc');
  for (const folder of toolFolders(request.searchPath)) args.push('--ro-bind', folder, folder);
  args.push('--tmpfs', request.dataDirectory);
  args.push(...parentsOf(request.ownFolder, request.dataDirectory));
  args.push('--bind', request.ownFolder, request.ownFolder);
  args.push('--ro-bind', request.releases, request.releases);
  args.push('--ro-bind', request.programs, request.programs);
  if (request.volume !== undefined) {
    args.push('--bind', request.volume.source, request.volume.target);
  }
  // An ordinary user owns these: without this they would be memory to fill.
  for (const folder of [...covered, request.dataDirectory, '/']) args.push('--remount-ro', folder);
  return args;
}

/** Made one by one: bubblewrap closes parents that it makes for a closed folder to everybody else. */
function parentsOf(folder: string, top: string): readonly string[] {
  const parts = path.relative(top, path.dirname(folder)).split(path.sep);
  if (parts[0] === '..') {
    return ['--dir', path.dirname(folder)];
  }
  return parts.flatMap((_, index) => ['--dir', path.join(top, ...parts.slice(0, index + 1))]);
}

/**
 * Folders of tools that lie where nothing is shown (nvm, asdf, linuxbrew …) and are shown again: the
 * installation around a `bin`, but never a whole home or its `.local`, which hold keys and settings.
 */
export function toolFolders(searchPath: readonly string[]): readonly string[] {
  const shown = new Set<string>();
  for (const folder of searchPath) {
    for (const place of [folder, resolved(folder)]) {
      if (!isHidden(place) || !isFolder(place)) continue;
      shown.add(installationOf(place));
    }
  }
  // One that lies in another is shown with it.
  const isInside = (folder: string) => [...shown].some((other) => folder.startsWith(`${other}/`));
  return [...shown].filter((folder) => !isInside(folder)).sort();
}

function installationOf(folder: string): string {
  const parent = path.dirname(folder);
  const isHome = parent === homedir() || parent === '/root' || path.dirname(parent) === '/home';
  const whole = path.basename(folder) === 'bin' && !isHome && path.basename(parent) !== '.local';
  return whole ? parent : folder;
}

const isHidden = (place: string): boolean =>
  !system.has(place.split('/')[1] ?? '') || place.startsWith('/var/tmp/');

function resolved(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function isFolder(place: string): boolean {
  try {
    return lstatSync(place).isDirectory();
  } catch {
    return false;
  }
}
