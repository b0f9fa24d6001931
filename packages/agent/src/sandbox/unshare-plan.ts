import path from 'node:path';
import type { MountRequest } from './mount-plan.ts';
import { toolFolders } from './mount-plan.ts';

/**
 * Without bubblewrap: hides the platform's data and homes by mounts over them. Places that are shown are
 * first bound aside, since what covers them would cover them too.
 */
const script = `
set -e
keep=$1; data=$2; own=$3; releases=$4; programs=$5; tmp=$6; source=$7; target=$8; keeper=$9
shift 9
mount -t tmpfs -o mode=0755 pltf "$keep"
aside() { mkdir -p "$keep/$1"; mount --bind "$2" "$keep/$1"; }
back() { mkdir -p "$2"; mount --bind "$keep/$1" "$2"; }
aside own "$own"; aside programs "$programs"; aside tmp "$tmp"
n=0; for tool in "$@"; do n=$((n+1)); aside "tool$n" "$tool"; done
for hidden in /root /home /run/user; do
  if [ -d "$hidden" ]; then mount -t tmpfs -o mode=0755 pltf "$hidden"; fi
done
mount --bind "$keep/tmp" /tmp
if [ -d /var/tmp ]; then mount --bind "$keep/tmp" /var/tmp; fi
mkdir -p "$data"
mount -t tmpfs -o mode=0755 pltf "$data"
n=0; for tool in "$@"; do n=$((n+1)); back "tool$n" "$tool"; done
back own "$own"; back programs "$programs"
mount --bind "$releases" "$releases"; mount -o remount,bind,ro "$releases"
if [ -n "$source" ]; then mkdir -p "$target"; mount --bind "$source" "$target"; fi
exec /bin/sh -c "$keeper"
`;

/** Arguments for `unshare` that build the namespace and then run the keeper script in it. */
export function unshareArguments(request: MountRequest, keeper: string): readonly string[] {
  const user = request.privileged ? [] : ['--user', '--map-current-user', '--keep-caps'];
  const keep = path.join(request.dataDirectory, 'agent', 'run');
  return [
    ...user,
    ...['--mount', '--propagation', 'private', '/bin/sh', '-c', script, 'pltf', keep],
    ...[request.dataDirectory, request.ownFolder, request.releases, request.programs],
    ...[request.temporary, request.volume?.source ?? '', request.volume?.target ?? '', keeper],
    ...toolFolders(request.searchPath),
  ];
}
