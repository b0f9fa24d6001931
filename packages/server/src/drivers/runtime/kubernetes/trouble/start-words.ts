import { onlyWaits, saidBy, short, type TroubleFacts, type Words } from './trouble-facts.ts';

/** An image that does not come to its machine. */
export function imagePull(facts: TroubleFacts): Words {
  const { image } = facts;
  const message = whyNotPulled(facts);
  const of = `the image ${image} cannot be pulled`;
  if (/invalid reference|InvalidImageName|couldn't parse/i.test(message)) {
    return {
      code: 'image-name-invalid',
      detail: `${of}: this is no name that an image can have`,
      fix: 'Correct `registry` of the runtime in the platform file: a host, and a path in lower case.',
    };
  }
  if (/unauthorized|denied|forbidden|no basic auth|authentication/i.test(message)) {
    return {
      code: 'image-credentials',
      detail: `${of}: the registry does not let the cluster in`,
      fix: 'Name a secret with a login of the registry as `pullSecrets` of the runtime in the platform file, or let the machines of the cluster read it without one.',
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

/** What the last try said. */
function whyNotPulled({ message = '', events }: TroubleFacts): string {
  return onlyWaits(message) ? (saidBy(events, /^Failed$/, /pull/i) ?? message) : message;
}

/** An instance that no machine takes. */
export function pending(facts: TroubleFacts): Words {
  const { message = '', memoryMiB } = facts;
  const base = { code: 'no-room', detail: `no machine can take the instance: ${short(message)}` };
  if (/persistentvolumeclaim|persistent volumes|volume/i.test(message)) return volume(facts);
  const smaller =
    'Take a smaller `run.size` or fewer instances, or have those who run the cluster add a machine.';
  if (/memory/i.test(message)) {
    return {
      ...base,
      detail: `no machine has ${memoryMiB} MiB of memory left: ${short(message)}`,
      fix: smaller,
    };
  }
  if (/cpu/i.test(message)) {
    return {
      ...base,
      detail: `no machine has enough processor time left: ${short(message)}`,
      fix: smaller,
    };
  }
  if (/selector|affinity|taint|topology/i.test(message)) {
    return {
      code: 'no-fitting-machine',
      detail: `no machine may take the instance: ${short(message)}`,
      fix: 'The machines are kept for something else, or are being emptied. Those who run the cluster see why: kubectl describe nodes',
    };
  }
  return { ...base, fix: smaller };
}

function volume({ message = '', namespace, volumes }: TroubleFacts): Words {
  const why = saidBy(volumes, /^(?:ProvisioningFailed|FailedBinding)/);
  return {
    code: 'volume-unbound',
    detail: `the volume of the instance is not there: ${short(why ?? message)}`,
    fix: `See that the cluster has a storage class that gives such volumes, and that \`storage\` of the runtime in the platform file names it: kubectl get storageclass; kubectl -n ${namespace} describe pvc`,
  };
}

/** An instance that has its machine and does not begin: pulled, mounted, connected; only events tell. */
export function creating(facts: TroubleFacts): Words {
  const { instance = 'an instance', events, startTimeoutMs, image } = facts;
  const mount = saidBy(events, /^(?:FailedMount|FailedAttachVolume|FailedMapVolume)$/);
  if (mount !== undefined) {
    const missing = missingIn(mount, facts.namespace);
    if (missing !== undefined) return missing;
    return {
      code: 'volume-not-mounted',
      detail: `the volume of ${instance} cannot be mounted: ${short(mount)}`,
      fix: 'It may still be held by a machine that is gone: that ends by itself after some minutes. Else those who run the cluster see to its storage.',
    };
  }
  const network = saidBy(events, /^FailedCreatePodSandBox/);
  if (network !== undefined) {
    return {
      code: 'machine-broken',
      detail: `the machine of ${instance} cannot give it a network: ${short(network)}`,
      fix: 'Nothing is wrong with the release: those who run the cluster look after that machine. Deploy again then.',
    };
  }
  return {
    code: 'start-late',
    detail: `${instance} did not begin in ${Math.ceil(startTimeoutMs / 1000)} s and a minute: its image ${image} is still being pulled`,
    fix: 'Deploy again: what the machine has of the image already stays there. A smaller image is pulled sooner.',
  };
}

/** A container that cannot be made. */
export function configMissing({ message = '', namespace }: TroubleFacts): Words {
  const missing = missingIn(message, namespace);
  if (missing !== undefined) return missing;
  if (/non-root|runAsNonRoot|runAsUser|will run as root/i.test(message)) {
    return {
      code: 'image-root',
      detail: `the image wants to run as root: ${short(message)}`,
      fix: 'Write a numeric USER other than 0 into the Dockerfile.',
    };
  }
  const program = /exec: "?([^":]+)"?: (?:executable file not found|stat|permission)/i.exec(
    message,
  );
  return {
    code: 'container-refused',
    detail:
      program === null
        ? `the container could not be made: ${short(message)}`
        : `the container could not be started: the image has no program ${program[1]} that may be run`,
    fix: 'See that `run.command` names a program that the image has, and that it may be executed there.',
  };
}

/** Something that an instance reads before it begins, and that is not in the cluster. */
function missingIn(message: string, namespace: string): Words | undefined {
  const key = /couldn't find key (\S+) in (secret|configmap) (?:\S+\/)?(\S+)/i.exec(message);
  const whole = /(secret|configmap)s? "?([^" ]+)"? not found/i.exec(message);
  const [kind, name] = key === null ? (whole?.slice(1) ?? []) : key.slice(2);
  if (kind === undefined || name === undefined) return undefined;
  const lacks = key === null ? 'is not in the cluster' : `in the cluster has no ${key[1]}`;
  if (kind.toLowerCase() === 'secret') {
    return {
      code: 'secret-missing',
      detail: `the secret ${name} ${lacks}`,
      fix: `It belongs to a need of the thin file: see why nothing delivers it there: kubectl -n ${namespace} get secrets,externalsecrets`,
    };
  }
  return {
    code: 'configuration-missing',
    detail: `the configuration ${name} ${lacks}`,
    fix: 'The platform puts back what it made: deploy again. What somebody else has pods read they have to bring.',
  };
}

/** Instances that the cluster does not even make. */
export function notCreated({ message: said, events, namespace }: TroubleFacts): Words {
  const message = said || (saidBy(events, /^FailedCreate$/) ?? '');
  if (/exceeded quota/i.test(message)) return quotaExceeded(message, namespace);
  if (/violates PodSecurity|pod security|PodSecurityPolicy/i.test(message)) {
    const against = /violates PodSecurity "[^"]*": (.*)$/is.exec(message)?.[1];
    return {
      code: 'pod-security',
      detail: `the cluster's security rules (Pod Security) refuse the instance: ${short(against ?? message)}`,
      fix: 'The platform asks for nothing that they forbid: something in the cluster adds it to pods, or its rules are stricter. Ask those who run the cluster.',
    };
  }
  const webhook = /admission webhook "([^"]+)" denied the request:? ?(.*)$/is.exec(message);
  if (webhook !== null) {
    return {
      code: 'admission-refused',
      detail: `a check of the cluster (the admission webhook ${webhook[1]}) refuses the instance: ${short(webhook[2] ?? '') || 'it does not say why'}`,
      fix: 'Do what it says, or ask those who run the cluster.',
    };
  }
  const silent = /failed calling webhook "([^"]+)"/i.exec(message);
  if (silent !== null) {
    return {
      code: 'admission-silent',
      detail: `a check of the cluster (the admission webhook ${silent[1]}) has to agree to the instance and does not answer: ${short(message)}`,
      fix: 'Those who run the cluster see to it that its pods are up. Deploy again then.',
    };
  }
  return {
    code: 'instance-refused',
    detail: `the cluster does not make the instance: ${short(message) || 'it does not say why'}`,
    fix: 'Ask those who run the cluster; `pltf debug` collects what they need.',
  };
}

function quotaExceeded(message: string, namespace: string): Words {
  const what = /exceeded quota: ([^,]+), requested: (.+), used: (.+), limited: (.+)$/is.exec(
    message,
  );
  const detail =
    what === null
      ? short(message)
      : `an instance more asks for ${what[2]}, ${what[3]} are in use, and ${what[4]} are allowed (quota ${what[1]} of ${namespace})`;
  return {
    code: 'quota-exceeded',
    detail: `the cluster has no room left for this placement: ${detail}`,
    fix: 'Take fewer instances or a smaller `run.size`, or have those who run the cluster allow more.',
  };
}
