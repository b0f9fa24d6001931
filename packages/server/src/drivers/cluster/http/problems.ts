import { type ErrorItem, PltfError } from '@pltf/contracts';
import { listAt, textAt } from '../json-read.ts';

/** What was asked, for people. */
export interface Asked {
  /** The cluster's name in the platform file. */
  readonly cluster: string;
  readonly method: string;
  readonly path: string;
  /** `Deployment shop/web`. */
  readonly about: string;
}

const tlsTrust = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const reasons: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'its name cannot be resolved at the moment',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ENOTFOUND: 'its name does not exist',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it stopped in the middle of an answer',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_SOCKET: 'the connection broke',
};

/** A request that got no answer. */
export function noAnswer(error: unknown, asked: Asked, server: string): PltfError {
  if (error instanceof PltfError) return error;
  const cause = innermost(error);
  const code = textAt(cause, 'code') ?? '';
  const text = cause instanceof Error ? cause.message : String(cause);
  if (tlsTrust.has(code)) {
    return new PltfError('cluster-unreachable', {
      detail: `the certificate of the cluster ${asked.cluster} at ${server} is not trusted (${code})`,
      fix: 'Give the kubeconfig the authority of the cluster (`certificate-authority`), or `tls-server-name` if it has another name.',
      cause: error,
    });
  }
  if (/alert (?:bad certificate|certificate (?:expired|required|unknown)|unknown ca)/i.test(text)) {
    return new PltfError('cluster-credentials', {
      detail: `the cluster ${asked.cluster} does not accept our client certificate`,
      cause: error,
    });
  }
  return new PltfError('cluster-unreachable', {
    detail: `the cluster ${asked.cluster} at ${server} does not answer: ${reasons[code] ?? text}`,
    cause: error,
  });
}

function innermost(error: unknown): unknown {
  let at = error;
  for (let depth = 0; depth < 5 && at instanceof Error && at.cause !== undefined; depth += 1) {
    at = at.cause;
  }
  if (at instanceof AggregateError) return at.errors[0] ?? at;
  return at;
}

/** A request that was answered with a refusal, `body` being the Status that came with it. */
export function refusal(status: number, body: unknown, asked: Asked): PltfError {
  const message = textAt(body, 'message') ?? '';
  return (
    byStatus(status, message, body, asked) ??
    byMessage(message, asked) ??
    new PltfError(status >= 500 ? 'cluster-busy' : 'cluster-refused', {
      detail: `the cluster ${asked.cluster} answered ${status} to ${asked.method} ${asked.about}: ${message || 'nothing more'}`,
    })
  );
}

function byStatus(
  status: number,
  message: string,
  body: unknown,
  asked: Asked,
): PltfError | undefined {
  switch (status) {
    case 401:
      return new PltfError('cluster-credentials', {
        detail: `the cluster ${asked.cluster} does not accept our credentials (401): they have expired, or are those of nobody`,
      });
    case 404:
      return new PltfError('cluster-refused', {
        detail: `${asked.about} is not possible in the cluster ${asked.cluster}: ${message || 'it does not serve this'}`,
        ...(message.startsWith('namespaces ')
          ? { fix: 'Nothing to do: the namespace is made again at the next pass.' }
          : {}),
      });
    case 410:
      return new PltfError('watch-expired', { detail: message || 'the version is too old' });
    case 422:
      return byMessage(message, asked) ?? invalid(message, body, asked);
    case 429:
      return new PltfError('cluster-busy', {
        detail: `the cluster ${asked.cluster} has more requests than it takes (429)`,
      });
    default:
      return undefined;
  }
}

function invalid(message: string, body: unknown, asked: Asked): PltfError {
  const errors: ErrorItem[] = listAt(body, 'details', 'causes').map((cause) => ({
    where: textAt(cause, 'field') ?? '',
    message: textAt(cause, 'message') ?? '',
  }));
  return new PltfError('cluster-refused', {
    detail: `${asked.about} is not valid for the cluster ${asked.cluster}: ${message}`,
    errors,
  });
}

interface Known {
  readonly pattern: RegExp;
  readonly error: (match: RegExpExecArray, message: string, asked: Asked) => PltfError;
}

const refused = (detail: string, fix: string): PltfError =>
  new PltfError('cluster-refused', { detail, fix });

/** The command by which a person deletes `Deployment shop/web`. */
function deletion(about: string): string {
  const [, kind = '', namespace, name = ''] = /^(\S+) (?:([^/]+)\/)?(.+)$/.exec(about) ?? [];
  const within = namespace === undefined ? '' : ` -n ${namespace}`;
  return `kubectl${within} delete ${kind.toLowerCase()} ${name}`;
}

/** Who refuses is only in the text; each of these is written by Kubernetes itself. */
const known: readonly Known[] = [
  {
    pattern: /admission webhook "([^"]+)" denied the request(?:: )?(.*)/s,
    error: ([, name, said], _message, asked) =>
      refused(
        `the admission webhook ${name} of the cluster ${asked.cluster} refuses ${asked.about}: ${said || 'without a reason'}`,
        'Correct what it names in the thin file, or ask whoever runs the webhook.',
      ),
  },
  {
    pattern: /failed calling webhook "([^"]+)": (.*)/s,
    error: ([, name, said], _message, asked) =>
      new PltfError('cluster-busy', {
        detail: `the admission webhook ${name} of the cluster ${asked.cluster}, which decides on ${asked.about}, does not answer: ${said}`,
        fix: 'It is tried again. Whoever runs the webhook sees to it that its pods are up.',
      }),
  },
  {
    pattern: /ValidatingAdmissionPolicy '([^']+)'.* denied request: (.*)/s,
    error: ([, name, said], _message, asked) =>
      refused(
        `the policy ${name} of the cluster ${asked.cluster} refuses ${asked.about}: ${said}`,
        'Follow what the policy says, or ask for an exception: `pltf exception request`.',
      ),
  },
  {
    pattern: /exceeded quota: ([^,]+), requested: (.*), used: (.*), limited: (.*)/s,
    error: ([, name, requested, used, limited], _message, asked) =>
      refused(
        `the quota ${name} of the cluster ${asked.cluster} is used up: ${asked.about} asks for ${requested}; ${used} of ${limited} are used`,
        'Take a smaller size or fewer instances, or ask whoever runs the cluster for more.',
      ),
  },
  {
    pattern: /violates PodSecurity "([^"]+)": (.*)/s,
    error: ([, level, said], _message, asked) =>
      refused(
        `Pod Security ${level} of the cluster ${asked.cluster} refuses ${asked.about}: ${said}`,
        'The image or the thin file asks for more than the level allows; correct what is named.',
      ),
  },
  {
    pattern: /field is immutable|spec is immutable|updates to statefulset spec/,
    error: (_match, message, asked) =>
      refused(
        `${asked.about} is in the cluster ${asked.cluster} already, made in another way, and this cannot be changed of it: ${message}`,
        `Delete it, and it is made anew: ${deletion(asked.about)}. What it runs stops until then; volumes stay.`,
      ),
  },
  {
    pattern: /failed to create typed (?:patch|live) object(?: \([^)]*\))?: (.*)/s,
    error: ([, said], _message, asked) =>
      refused(
        `${asked.about} is not valid for the cluster ${asked.cluster}: ${said}`,
        'Its API does not know this field; a newer cluster may.',
      ),
  },
  {
    pattern: /namespace (\S+) because it is being terminated|namespace is being terminated/,
    error: ([, name], message, asked) =>
      new PltfError('cluster-busy', {
        detail: `${asked.about} cannot be made: namespace ${name ?? ''} is being deleted (${message})`,
        fix: 'It is made once the namespace has gone. If it stays, `kubectl describe namespace` names what it waits for.',
      }),
  },
  {
    pattern:
      /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)?/,
    error: ([, verb, resource, group, namespace], _message, asked) =>
      new PltfError('cluster-forbidden', {
        detail: `the cluster ${asked.cluster} does not allow us to ${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in ${namespace}`}`,
      }),
  },
];

function byMessage(message: string, asked: Asked): PltfError | undefined {
  for (const { pattern, error } of known) {
    const match = pattern.exec(message);
    if (match !== null) return error(match, message, asked);
  }
  return undefined;
}
