/** Every error that a person or a program may meet, with what it means and what to do next. */
export interface ErrorKind {
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
  /** What to do next, when the place that throws knows nothing better. */
  readonly fix: string;
}

const kind = (status: number, title: string, fix: string, retryable = false): ErrorKind => ({
  status,
  retryable,
  title,
  fix,
});

/** The registry. Codes are public surface: never reused, never renamed. Keep it sorted. */
export const errorKinds = {
  'agent-unavailable': kind(
    503,
    'The agent does not answer',
    'It is restarted by itself; try again in a moment. `pltf debug` shows its log.',
    true,
  ),
  'answer-lost': kind(
    409,
    'This was carried out, and its answer was lost',
    'Look at how things stand now; sending it again would do it twice.',
  ),
  'application-failed': kind(
    503,
    'This application does not run',
    'Its team sees why with `pltf logs` and `pltf show`.',
    true,
  ),
  'application-restarting': kind(
    503,
    'This application is being restarted',
    'Try again in a moment.',
    true,
  ),
  'application-starting': kind(503, 'This application is starting', 'Try again in a moment.', true),
  'application-stopped': kind(
    503,
    'This application is stopped',
    'Its team starts it with `pltf start`.',
  ),
  'application-timeout': kind(
    504,
    'The application did not answer in time',
    'Try again; its team finds slow requests with `pltf logs`.',
    true,
  ),
  'application-unreachable': kind(
    502,
    'The application gave no answer',
    'Try again; its team sees why with `pltf logs`.',
    true,
  ),
  'bad-request': kind(400, 'The request is not valid', 'Correct the fields named in `errors`.'),
  'body-too-large': kind(413, 'The body is too large', 'Send less at once.'),
  'cluster-busy': kind(
    503,
    'The cluster asks to wait',
    'Nothing to do: it is asked again by itself. If it stays so, its API server is overloaded.',
    true,
  ),
  'cluster-credentials': kind(
    502,
    'The cluster does not accept these credentials',
    'Renew the credentials of the context that the platform file names for this runtime.',
    true,
  ),
  'cluster-forbidden': kind(
    502,
    'The cluster does not allow this to the platform',
    'Apply the role that `pltf platform runtime add NAME --print-role` prints.',
  ),
  'cluster-foreign': kind(
    409,
    'What is there belongs to somebody else',
    'Read in `detail` whose it is; name the component otherwise, or hand over what is there.',
  ),
  'cluster-not-named': kind(
    409,
    'No way to the cluster is known',
    "Name `target` (or `context`) in the runtime of the platform file: a context of the server's kubeconfig.",
  ),
  'cluster-refused': kind(
    422,
    'The cluster refused this',
    'Read in `detail` who refused and why; correct the thin file, or ask whoever runs the cluster.',
  ),
  'cluster-unknown': kind(
    422,
    'No such cluster is configured here',
    'Name a context that the kubeconfig of the server has: `kubectl config get-contexts` lists them.',
  ),
  'cluster-unreachable': kind(
    503,
    'The cluster does not answer',
    'What runs there goes on. See that its API server can be reached from the server of the platform.',
    true,
  ),
  'component-busy': kind(
    409,
    'Another operation is at work on this',
    'Wait for it to end: `pltf attach` follows it.',
    true,
  ),
  'conflict': kind(409, 'Somebody else changed this meanwhile', 'Read it again and repeat.', true),
  'container-engine-refused': kind(
    502,
    'The container engine refused',
    'Read its message in `detail`.',
  ),
  'container-engine-unavailable': kind(
    503,
    'The container engine does not answer',
    'Start the Docker Engine of the machine where the agent runs, or name its socket in DOCKER_HOST.',
    true,
  ),
  'creation-failed': kind(
    422,
    'The creation failed and was undone',
    'Read the failed step, mend its cause and create again.',
  ),
  'cross-site-request': kind(
    403,
    'Another site sent this request',
    'Do it in the portal itself. A program uses a token instead of the session cookie.',
  ),
  'database-unavailable': kind(
    503,
    'The database does not answer',
    'It is restarted by itself; try again in a moment. With the same Idempotency-Key nothing is done twice.',
    true,
  ),
  'disk-full': kind(
    507,
    'No space is left',
    'Free space under the data directory and try again.',
    true,
  ),
  'dockerfile-missing': kind(
    422,
    'The release has no Dockerfile',
    'Add a Dockerfile at the root of the repository, or use a runtime without containers.',
  ),
  'drift-not-adoptable': kind(
    422,
    'The thin file has no word for this',
    'Take it back with `pltf drift revert`, or ask the platform team for an option.',
  ),
  'environment-repository-busy': kind(
    409,
    'Somebody else writes to this environment repository',
    'It is tried again by itself, when the other writer is done.',
    true,
  ),
  'environment-repository-refused': kind(
    422,
    'The environment repository did not take the commit',
    'Give the credentials of the runtime the right to push to its branch; no force is needed.',
  ),
  'environment-repository-taken': kind(
    409,
    'Another platform writes this ring of the environment repository',
    'Give the runtime a `ring` of its own.',
  ),
  'environment-repository-unreachable': kind(
    503,
    'The environment repository does not answer',
    'It is tried again by itself; what runs in the clusters goes on running.',
    true,
  ),
  'exception-closed': kind(
    409,
    'This exception is decided already',
    '`pltf exception show` says who decided, and why.',
  ),
  'exception-not-needed': kind(
    422,
    'Nothing breaks this guardrail',
    'Push the change first, to a branch or to the default one: what is refused there can be asked for.',
  ),
  'exception-too-long': kind(
    422,
    'An exception cannot last so long',
    'Choose an earlier end; what has to last longer is a change of the guardrail.',
  ),
  'forbidden': kind(403, 'You may not do this', 'Ask the owner named in `detail` for the role.'),
  'git-failed': kind(500, 'Git refused', 'Read the message of git in `detail`.'),
  'golden-path-unknown': kind(
    404,
    'There is no such golden path',
    '`pltf list paths` shows those that exist.',
  ),
  'guardrail-denied': kind(
    422,
    'A guardrail does not allow this',
    'Follow the remedy of each line in `errors`, or ask for an exception: `pltf exception request`.',
  ),
  'headers-too-large': kind(431, 'The headers are too large', 'Send fewer or shorter headers.'),
  'health-timeout': kind(
    422,
    'The new release did not become healthy in time',
    'Read the last lines of its log: `pltf logs`.',
  ),
  'host-refused': kind(
    421,
    'The platform does not answer to this host name',
    'Use the address that the platform printed at its start; PLTF_HOSTS allows further names.',
  ),
  'host-unknown': kind(
    404,
    'There is no application at this address',
    'Check the spelling; `pltf list` shows every address.',
  ),
  'idempotency-mismatch': kind(
    422,
    'This Idempotency-Key was used for another request',
    'Use a new key for a new request.',
  ),
  'image-build-failed': kind(
    422,
    'The image could not be built',
    'Correct the step that is named; its last lines are below.',
  ),
  'image-missing': kind(
    422,
    'There is no such image',
    'Correct the name, or push the image to its registry.',
  ),
  'image-push-failed': kind(
    502,
    'The image could not be pushed',
    'See that the registry of the platform file answers and lets the platform write.',
    true,
  ),
  'image-unknown': kind(
    502,
    'Which image that is cannot be known',
    'Name the image by its digest, or try again when its registry answers.',
    true,
  ),
  'instance-crashed': kind(
    422,
    'The program ended instead of serving',
    'Read the last lines of its log: `pltf logs`.',
  ),
  'instance-unknown': kind(
    404,
    'There is no such instance',
    'Leave X-Pltf-Instance out, or name one that `pltf show` lists.',
  ),
  'internal': kind(
    500,
    'The platform failed',
    'Try again; if it stays, `pltf debug` collects what the platform team needs.',
    true,
  ),
  'last-administrator': kind(
    409,
    'Somebody must be able to administer the platform',
    'Give another person the role `platform` first.',
  ),
  'limit-reached': kind(409, 'A limit is reached', 'Remove what is not needed any more.'),
  'link-expired': kind(
    401,
    'This sign-in link was used already or has expired',
    '`pltf login --link` prints a new one.',
  ),
  'manifest-too-large': kind(
    422,
    'The manifest is too large',
    'Move large settings out of the thin file, into a file of the image or a secret.',
  ),
  'media-type-unsupported': kind(
    415,
    'This media type is not understood',
    'Send JSON, as `application/json`.',
  ),
  'method-not-allowed': kind(
    405,
    'This cannot be done to it',
    'Use one of the methods that `Allow` names.',
  ),
  'name-invalid': kind(
    400,
    'This name cannot be used',
    'Use lower-case letters, digits and single dashes, starting with a letter, at most 40.',
  ),
  'name-taken': kind(409, 'This name is taken', 'Choose another name, or delete the other first.'),
  'not-confirmed': kind(
    400,
    'This was not confirmed',
    'Nothing was changed. Type the name when asked, or pass `--yes`.',
  ),
  'not-found': kind(404, 'There is no such thing', 'Look for it with `pltf list`.'),
  'parameters-invalid': kind(
    422,
    'The parameters do not fit the golden path',
    'Correct the fields named in `errors`.',
  ),
  'payload-invalid': kind(502, 'An engine gave an answer that cannot be read', 'Try again.', true),
  'pipeline-failed': kind(
    422,
    'The pipeline is red',
    'Mend what the failing lines name and push again.',
  ),
  'plan-changed': kind(
    409,
    'The plan is no longer what it was',
    'Read what changed in `errors`, and plan again: `pltf plan`.',
  ),
  'platform-changed': kind(
    409,
    'The platform was changed meanwhile',
    'Read what changed in `errors`, and plan again: `pltf platform plan`.',
  ),
  'platform-invalid': kind(
    422,
    'These files are no valid platform',
    'Correct the places named in `errors`; `pltf platform test` says the same without a server.',
  ),
  'platform-managed': kind(
    409,
    'The platform is managed by a file of the operator',
    'Change that file and start the server again.',
  ),
  'platform-refused': kind(
    422,
    'This change would break what runs',
    'Follow the remedy of each line in `errors`; `pltf platform plan` shows them all.',
  ),
  'port-in-use': kind(
    503,
    'The port is in use',
    'Stop the program that holds it, or choose another port.',
  ),
  'quota-exceeded': kind(
    409,
    'The quota of the environment is used up',
    'Take a smaller size or fewer instances, or ask the platform team for a larger quota.',
  ),
  'rate-limited': kind(429, 'Too many requests', 'Wait as long as Retry-After says.', true),
  'release-collected': kind(
    410,
    'This release is no longer kept',
    'Deploy one that is kept: `pltf list releases NAME` shows them.',
  ),
  'request-closed': kind(
    409,
    'This request is answered already',
    '`pltf request show` says who decided, and why.',
  ),
  'request-timeout': kind(
    408,
    'The request did not arrive in time',
    'Send it again, without pauses.',
    true,
  ),
  'rollout-failed': kind(
    422,
    'The rollout failed',
    'Read the reason and the last lines of the log: `pltf logs`.',
  ),
  'rollout-in-progress': kind(
    409,
    'A rollout is under way here',
    'Wait for it to end, or send this again to supersede it.',
    true,
  ),
  'runtime-cannot': kind(
    409,
    'The runtime cannot do this',
    'Read in `detail` what it can do instead.',
  ),
  'runtime-missing': kind(
    409,
    'There is no such runtime',
    'The platform team names it under `runtimes` of the platform file.',
  ),
  'spec-invalid': kind(422, 'The thin file is not valid', 'Correct the places named in `errors`.'),
  'stop-first-timeout': kind(
    503,
    'The old instance did not stop in time',
    'Shorten its shutdown or raise `drain`.',
    true,
  ),
  'task-failed': kind(422, 'The task failed', 'Read its output.'),
  'template-invalid': kind(
    422,
    'The template could not be rendered',
    'The platform team mends the golden path at the step named.',
  ),
  'unauthenticated': kind(401, 'You are not signed in', '`pltf login` signs you in.'),
  'unavailable': kind(503, 'This cannot be had right now', 'Try again in a moment.', true),
  'url-too-long': kind(
    414,
    'The address is too long',
    'Send less in the address; at most 8,000 characters.',
  ),
  'usage-invalid': kind(400, 'This cannot be understood', '`pltf --help` shows what there is.'),
  'watch-expired': kind(
    410,
    'What changed since then is no longer known',
    'Read everything again, and go on from there.',
    true,
  ),
  'workflow-invalid': kind(
    422,
    'The workflow file is not valid',
    'Correct the places named in `errors`.',
  ),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;
