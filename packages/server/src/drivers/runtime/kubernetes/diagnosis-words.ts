import type { Reason } from '@pltf/contracts';

/** What is known of a trouble when it is put into words. */
export interface TroubleFacts {
  readonly kind: string;
  readonly instance: string | undefined;
  readonly image: string;
  readonly memoryMiB: number;
  readonly startTimeoutMs: number;
  readonly health: string | undefined;
  /** What the cluster said. */
  readonly message: string | undefined;
  readonly lastEnd:
    | { readonly reason: string; readonly exitCode: number; readonly signal: number | undefined }
    | undefined;
  /** Messages of events about failing probes and refused pods, the newest first. */
  readonly events: readonly { readonly reason: string; readonly message: string }[];
}

type Words = Pick<Reason, 'code' | 'detail' | 'fix'>;

/** A trouble in the user's terms: what is wrong, and what to do. Pure. */
export function wordsOf(facts: TroubleFacts): Words {
  switch (facts.kind) {
    case 'image-pull':
      return imagePull(facts);
    case 'pending':
      return pending(facts);
    case 'config':
      return configMissing(facts);
    case 'out-of-memory':
    case 'crash':
      return crash(facts);
    case 'probe':
      return unhealthy(facts);
    case 'not-created':
      return notCreated(facts.message ?? '');
    case 'release-task':
      return releaseTask(facts);
    case 'build':
      return {
        code: 'image-late',
        detail: 'the image of the release was not there in time',
        fix: 'Look at the log of its build; deploy again when it is there.',
      };
    default:
      return late(facts);
  }
}

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`;

function imagePull({ image, message = '' }: TroubleFacts): Words {
  const of = `the image ${image} cannot be pulled`;
  if (/unauthorized|denied|forbidden|no basic auth|authentication/i.test(message)) {
    return {
      code: 'image-credentials',
      detail: `${of}: the registry does not let the cluster in`,
      fix: 'Name a pull secret for the runtime in the platform file, or let the cluster read the registry.',
    };
  }
  if (/not found|manifest unknown|does not exist/i.test(message)) {
    return {
      code: 'image-not-found',
      detail: `${of}: the registry does not have it`,
      fix: 'It was deleted there, or never pushed: deploy a new commit, so that it is built again.',
    };
  }
  return {
    code: 'registry-unreachable',
    detail: `${of}: ${short(message) || 'the registry gives no answer'}`,
    fix: "Check from one of the cluster's machines that the registry answers under that name.",
  };
}

function pending({ message = '', memoryMiB }: TroubleFacts): Words {
  const base = { code: 'no-room', detail: `no machine can take the instance: ${short(message)}` };
  if (/memory/i.test(message)) {
    return {
      ...base,
      detail: `no machine has ${memoryMiB} MiB of memory left: ${short(message)}`,
      fix: 'Take a smaller `run.size` or fewer instances, or add a machine to the cluster.',
    };
  }
  if (/cpu/i.test(message)) {
    return {
      ...base,
      detail: `no machine has enough processor time left: ${short(message)}`,
      fix: 'Take a smaller `run.size` or fewer instances, or add a machine to the cluster.',
    };
  }
  if (/persistentvolumeclaim|volume/i.test(message)) {
    return {
      code: 'volume-unbound',
      detail: `the volume of the instance is not there: ${short(message)}`,
      fix: 'See that the cluster has a storage class that gives such volumes (`storage` of the runtime in the platform file).',
    };
  }
  if (/selector|affinity|taint|topology/i.test(message)) {
    return {
      code: 'no-fitting-machine',
      detail: `no machine may take the instance: ${short(message)}`,
      fix: 'See which machines are tainted or labelled otherwise: kubectl describe nodes',
    };
  }
  return { ...base, fix: 'Add a machine to the cluster, or take a smaller `run.size`.' };
}

function configMissing({ message = '' }: TroubleFacts): Words {
  const named = /secret "?([^" ]+)"? not found/i.exec(message)?.[1];
  if (named !== undefined) {
    return {
      code: 'secret-missing',
      detail: `the secret ${named} is not in the cluster`,
      fix: 'It belongs to a need of the thin file: bind it, or see why its store does not deliver (kubectl get externalsecrets).',
    };
  }
  if (/non-root|runAsNonRoot|runAsUser/i.test(message)) {
    return {
      code: 'image-root',
      detail: `the image wants to run as root: ${short(message)}`,
      fix: 'Write a numeric USER other than 0 into the Dockerfile.',
    };
  }
  return {
    code: 'container-refused',
    detail: `the container could not be made: ${short(message)}`,
    fix: 'See that `run.command` names a program that the image has.',
  };
}

function crash(facts: TroubleFacts): Words {
  const { lastEnd, memoryMiB, instance = 'an instance' } = facts;
  if (facts.kind === 'out-of-memory' || lastEnd?.reason === 'OOMKilled') {
    return {
      code: 'out-of-memory',
      detail: `${instance} needed more than its ${memoryMiB} MiB of memory and was ended`,
      fix: 'Take a larger `run.size`, or have the program need less.',
    };
  }
  const probe = probeFailure(facts);
  if (probe !== undefined && isKilled(lastEnd)) return unhealthy(facts);
  const how =
    lastEnd === undefined
      ? 'ended'
      : lastEnd.signal === undefined
        ? `ended with exit code ${lastEnd.exitCode}`
        : `was ended by signal ${lastEnd.signal}`;
  return {
    code: 'crash',
    detail: `${instance} ${how} soon after it started`,
    fix: 'Its last lines are below; `pltf logs` has the rest.',
  };
}

/** By SIGTERM or SIGKILL: by whoever runs it, and not by itself. */
const isKilled = (end: TroubleFacts['lastEnd']): boolean =>
  end !== undefined && (end.exitCode === 137 || end.exitCode === 143 || end.exitCode === 0);

const probeFailure = ({ events }: TroubleFacts): string | undefined =>
  events.find(({ reason }) => reason === 'Unhealthy')?.message;

function unhealthy(facts: TroubleFacts): Words {
  const { health, startTimeoutMs, instance = 'an instance' } = facts;
  const said = probeFailure(facts);
  const where = health === undefined ? 'it does not listen on its port' : `asked at ${health}`;
  return {
    code: 'unhealthy',
    detail: `${instance} did not get healthy in ${seconds(startTimeoutMs)}: ${said === undefined ? where : short(said)}`,
    fix:
      health === undefined
        ? 'The program must listen on 0.0.0.0 and the port in PORT.'
        : 'See that the program answers 2xx at `run.health`, listens on 0.0.0.0 and the port in PORT, and starts in time.',
  };
}

function notCreated(message: string): Words {
  if (/exceeded quota/i.test(message)) {
    const what = /requested: ([^,]+(?:,[^,]+)*), used: .*, limited: (.*)$/.exec(message);
    const detail = what === null ? short(message) : `asked for ${what[1]}, allowed are ${what[2]}`;
    return {
      code: 'quota-exceeded',
      detail: `the quota of the namespace is used up: ${detail}`,
      fix: 'Take fewer instances or a smaller `run.size`, or wait until old instances have gone.',
    };
  }
  if (/violates PodSecurity|pod security|PodSecurityPolicy/i.test(message)) {
    return {
      code: 'pod-security',
      detail: `the cluster's Pod Security refuses the instance: ${short(message)}`,
      fix: 'Have the platform team look at what the cluster adds to pods, or at the image.',
    };
  }
  const webhook = /admission webhook "([^"]+)" denied the request:? ?(.*)$/is.exec(message);
  if (webhook !== null) {
    return {
      code: 'admission-refused',
      detail: `the cluster's admission webhook ${webhook[1]} refuses the instance: ${short(webhook[2] ?? '')}`,
      fix: 'Do what it says, or ask those who run the cluster.',
    };
  }
  return {
    code: 'instance-refused',
    detail: `the cluster does not make the instance: ${short(message)}`,
    fix: 'Ask those who run the cluster; `pltf debug` collects what they need.',
  };
}

function releaseTask(facts: TroubleFacts): Words {
  const { lastEnd } = facts;
  const how =
    lastEnd === undefined
      ? short(facts.message ?? 'it did not start in time')
      : lastEnd.reason === 'OOMKilled'
        ? `it needed more than its ${facts.memoryMiB} MiB of memory`
        : `exit code ${lastEnd.exitCode}`;
  return {
    code: 'release-task-failed',
    detail: `the release task failed: ${how}`,
    fix: 'Nothing of the release has the traffic. Correct what its last lines show, and deploy again.',
  };
}

const late = ({ message, startTimeoutMs, events }: TroubleFacts): Words => ({
  code: 'rollout-late',
  detail: `the instances were not ready in time (${seconds(startTimeoutMs)} for a start)${said(message ?? worth(events))}`,
  fix: 'See `pltf logs`, and whether the program answers at its `health` path in time.',
});

/** Of the many warnings of a cluster, one that says why an instance does not come. */
const worth = (events: TroubleFacts['events']): string | undefined =>
  events.find(({ reason }) => /^(?:Unhealthy|Failed|BackOff|Evicted)/.test(reason))?.message;

const said = (message: string | undefined): string =>
  message === undefined || message === '' ? '' : `: ${short(message)}`;

const longest = 400;

/** One line of bounded length. */
export function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest)}…`;
}
