/** What one container is to be; turned into the engine's own words by `containerBody`. */
export interface ContainerSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  /** Replaces the image's own command, its entry point included. */
  readonly command?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** `uid:gid`, or a user of the image's that is not root. */
  readonly user: string;
  readonly memoryMiB: number;
  /** In cores. */
  readonly cpu: number;
  readonly processes: number;
  readonly network: string;
  /** Host names and the addresses they mean. */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  readonly volume?: { readonly source: string; readonly target: string } | undefined;
  /** Whether the engine's own first process passes signals on and buries orphans. */
  readonly init: boolean;
}

const mebibyte = 1024 * 1024;
const logBytes = '8m';
/** A share of the memory that /tmp may take; what lies there counts as the container's memory. */
const temporaryShare = 0.5;

/**
 * The engine's description of a container that may do nothing but run its program: no root, no privileges to
 * gain, nothing to write to but /tmp and its volume, limits on memory, processor and processes.
 */
export function containerBody(spec: ContainerSpec): Record<string, unknown> {
  const { command, volume } = spec;
  const memory = spec.memoryMiB * mebibyte;
  return {
    Image: spec.image,
    ...(command === undefined ? {} : { Entrypoint: [], Cmd: [...command] }),
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...spec.labels },
    User: spec.user,
    HostConfig: {
      NetworkMode: spec.network,
      ReadonlyRootfs: true,
      Tmpfs: {
        '/tmp': `rw,nosuid,nodev,exec,mode=1777,size=${Math.floor(memory * temporaryShare)}`,
      },
      SecurityOpt: ['no-new-privileges:true'],
      CapDrop: ['ALL'],
      Privileged: false,
      Init: spec.init,
      Memory: memory,
      // The same as the memory: no swap.
      MemorySwap: memory,
      NanoCpus: Math.round(Math.max(0.01, spec.cpu) * 1e9),
      PidsLimit: spec.processes,
      // Open files are the engine's to limit: it may itself stand below a limit.
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
      // Starting again is the agent's: with its pauses, its reasons and its counting.
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      ExtraHosts: spec.hosts.map(({ name, address }) => `${name}:${address}`),
      LogConfig: {
        Type: 'local',
        Config: { 'max-size': logBytes, 'max-file': '2', compress: 'false' },
      },
      ...(volume === undefined
        ? {}
        : {
            Mounts: [{ Type: 'bind', Source: volume.source, Target: volume.target }],
          }),
    },
  };
}

/** Whom an image runs as: its own user unless that is root, then `other`. */
export function userOf(imageUser: string | undefined, other: number): string {
  const [name = ''] = (imageUser ?? '').split(':');
  const isRoot = name === '' || name === 'root' || Number(name) === 0;
  return isRoot ? `${other}:${other}` : (imageUser ?? '');
}

/** The port that a program in an image listens on: the wished one, the only one exposed, or 8080. */
export function portOf(wished: number | undefined, exposed: readonly string[]): number {
  if (wished !== undefined) return wished;
  const ports = exposed
    .filter((port) => port.endsWith('/tcp'))
    .map((port) => Number.parseInt(port, 10));
  const [only] = ports;
  return ports.length === 1 && only !== undefined ? only : defaultPort;
}

const defaultPort = 8080;
