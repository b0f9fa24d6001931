/**
 * Pod Security `restricted`, written from the rules of pod-security-admission (`policy/check_*.go`, up to 1.35), and
 * used to judge what is rendered. Answers with what a cluster would refuse.
 */
interface Security {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly procMount?: string;
  readonly seccompProfile?: { readonly type?: string };
  readonly appArmorProfile?: { readonly type?: string };
  readonly seLinuxOptions?: {
    readonly type?: string;
    readonly user?: string;
    readonly role?: string;
  };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly sysctls?: readonly { readonly name: string }[];
}
interface Handler {
  readonly httpGet?: { readonly host?: string };
  readonly tcpSocket?: { readonly host?: string };
}
interface Container {
  readonly name: string;
  readonly securityContext?: Security;
  readonly ports?: readonly { readonly hostPort?: number }[];
  readonly startupProbe?: Handler;
  readonly readinessProbe?: Handler;
  readonly livenessProbe?: Handler;
  readonly lifecycle?: { readonly preStop?: Handler; readonly postStart?: Handler };
}
export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: Security;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly ephemeralContainers?: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

const allowedVolumes = new Set([
  'configMap',
  'downwardAPI',
  'emptyDir',
  'projected',
  'secret',
  'csi',
  'persistentVolumeClaim',
  'ephemeral',
  'image',
]);
const safeSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);
const profiles = new Set(['RuntimeDefault', 'Localhost']);
const seLinuxTypes = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);

export function restrictedProblems(pod: PodSpec): readonly string[] {
  const problems: string[] = [];
  if (pod.hostNetwork === true || pod.hostPID === true || pod.hostIPC === true)
    problems.push('host namespaces');
  for (const { name } of pod.securityContext?.sysctls ?? [])
    if (!safeSysctls.has(name)) problems.push(`sysctl ${name}`);
  for (const volume of pod.volumes ?? [])
    for (const source of Object.keys(volume))
      if (source !== 'name' && !allowedVolumes.has(source)) problems.push(`volume ${source}`);
  problems.push(...securityProblems(pod.securityContext, 'pod'));
  const containers = [
    ...pod.containers,
    ...(pod.initContainers ?? []),
    ...(pod.ephemeralContainers ?? []),
  ];
  if (containers.length === 0) problems.push('no containers');
  for (const container of containers)
    problems.push(...containerProblems(container, pod.securityContext));
  return problems;
}

function securityProblems(security: Security | undefined, where: string): readonly string[] {
  const problems: string[] = [];
  if (security?.runAsUser === 0) problems.push(`${where} runs as root`);
  if (security?.windowsOptions?.hostProcess === true) problems.push(`${where} hostProcess`);
  const { seLinuxOptions: linux, appArmorProfile: armor, seccompProfile: seccomp } = security ?? {};
  if (
    linux !== undefined &&
    (!seLinuxTypes.has(linux.type ?? '') || (linux.user ?? '') + (linux.role ?? '') !== '')
  )
    problems.push(`${where} seLinuxOptions`);
  if (armor !== undefined && !profiles.has(armor.type ?? ''))
    problems.push(`${where} appArmorProfile`);
  if (seccomp !== undefined && !profiles.has(seccomp.type ?? ''))
    problems.push(`${where} seccompProfile`);
  return problems;
}

function containerProblems(container: Container, pod: Security | undefined): readonly string[] {
  const { name, securityContext: own, ports, lifecycle } = container;
  const problems = [...securityProblems(own, name)];
  if (own?.privileged === true) problems.push(`${name} privileged`);
  if (own?.allowPrivilegeEscalation !== false) problems.push(`${name} allowPrivilegeEscalation`);
  if ((own?.runAsNonRoot ?? pod?.runAsNonRoot) !== true) problems.push(`${name} runAsNonRoot`);
  if ((own?.seccompProfile ?? pod?.seccompProfile) === undefined)
    problems.push(`${name} seccompProfile`);
  if (!(own?.capabilities?.drop ?? []).includes('ALL')) problems.push(`${name} capabilities.drop`);
  for (const added of own?.capabilities?.add ?? [])
    if (added !== 'NET_BIND_SERVICE') problems.push(`${name} capability ${added}`);
  if (!['Default', undefined].includes(own?.procMount)) problems.push(`${name} procMount`);
  for (const { hostPort } of ports ?? [])
    if (hostPort !== undefined && hostPort !== 0) problems.push(`${name} hostPort`);
  const handlers = [
    container.startupProbe,
    container.readinessProbe,
    container.livenessProbe,
    lifecycle?.preStop,
    lifecycle?.postStart,
  ];
  for (const handler of handlers)
    if ((handler?.httpGet?.host ?? handler?.tcpSocket?.host ?? '') !== '')
      problems.push(`${name} probes a host`);
  return problems;
}
