import type { MountRequest } from './mount-plan.ts';
import { toolFolders } from './mount-plan.ts';

/**
 * Without bubblewrap: hides the platform's data and homes by mounts over them. Places that are shown again are
 * first bound aside, below /mnt, since what covers them would cover them too.
 */
const script = `
set -e; umask 022
data=$1; own=$2; releases=$3; programs=$4; tmp=$5; source=$6; target=$7; keeper=$8
shift 8
mount -t tmpfs -o mode=0755 pltf /mnt
aside() { mkdir -p "/mnt/$1"; mount --bind "$2" "/mnt/$1"; }
back() { mkdir -p "$2"; mount --bind "/mnt/$1" "$2"; }
aside own "$own"; aside releases "$releases"; aside programs "$programs"; aside tmp "$tmp"
if [ -n "$source" ]; then aside volume "$source"; fi
n=0; for tool in "$@"; do n=$((n+1)); aside "tool$n" "$tool"; done
for hidden in /root /home /run/user /media; do
  if [ -d "$hidden" ]; then mount -t tmpfs -o mode=0755 pltf "$hidden"; fi
done
mount --bind /mnt/tmp /tmp
if [ -d /var/tmp ]; then mount --bind /mnt/tmp /var/tmp; fi
mkdir -p "$data"
mount -t tmpfs -o mode=0755 pltf "$data"
n=0; for tool in "$@"; do n=$((n+1)); back "tool$n" "$tool"; done

back own "$own"; back programs "$programs"
back releases "$releases"; mount -o remount,bind,ro "$releases"
if [ -n "$source" ]; then back volume "$target"; fi
umount -l /mnt
mount -t tmpfs -o mode=0755 pltf /mnt
for hidden in /mnt /root /home /run/user /media "$data"; do
  if [ -d "$hidden" ]; then mount -o remount,ro "$hidden"; fi
done
exec /bin/sh -c "$keeper"
`;

/** Arguments for `unshare` that build the namespace and then run the keeper script in it. */
export function unshareArguments(request: MountRequest, keeper: string): readonly string[] {
  const user = request.privileged ? [] : ['--user', '--map-current-user', '--keep-caps'];
  return [
    ...user,
    ...['--mount', '--propagation', 'private', '/bin/sh', '-c', script, 'pltf'],
    ...[request.dataDirectory, request.ownFolder, request.releases, request.programs],
    ...[request.temporary, request.volume?.source ?? '', request.volume?.target ?? '', keeper],
    ...toolFolders(request.searchPath),
  ];
}
