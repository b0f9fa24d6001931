import { configMissing, creating, imagePull, notCreated, pending } from './start-words.ts';
import { saidBy, short, type TroubleFacts, type Words } from './trouble-facts.ts';

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
      return notCreated(facts);
    case 'creating':
      return creating(facts);
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
    fix: crashFix(lastEnd?.exitCode),
  };
}

/** Shells and container runtimes say by these codes that nothing of the program ran. */
function crashFix(exitCode: number | undefined): string {
  if (exitCode === 127)
    return 'Code 127: a command was not found. See that the image has all that `run.command` names.';
  if (exitCode === 126)
    return 'Code 126: a command may not be executed. Give it the right in the Dockerfile (chmod +x).';
  return 'Its last lines are below; `pltf logs` has the rest.';
}

/** By SIGTERM or SIGKILL: by whoever runs it, and not by itself. */
const isKilled = (end: TroubleFacts['lastEnd']): boolean =>
  end !== undefined && (end.exitCode === 137 || end.exitCode === 143 || end.exitCode === 0);

const probeFailure = ({ events }: TroubleFacts): string | undefined =>
  saidBy(events, /^Unhealthy$/);

function unhealthy(facts: TroubleFacts): Words {
  const { health, startTimeoutMs, instance = 'an instance' } = facts;
  const said = probeFailure(facts);
  const where = health === undefined ? 'it does not listen on its port' : `asked at ${health}`;
  return {
    code: 'unhealthy',
    detail: `${instance} did not get healthy in ${seconds(startTimeoutMs)}: ${said === undefined ? where : short(said)}`,
    fix:
      health === undefined
        ? 'The program must listen on 0.0.0.0 and the port in PORT, within `run.startTimeout`.'
        : 'See that the program answers 2xx at `run.health`, listens on 0.0.0.0 and the port in PORT, and starts within `run.startTimeout`.',
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

function late(facts: TroubleFacts): Words {
  const { message, startTimeoutMs, events } = facts;
  // A workload that may not make its instances has none that could say why.
  if (saidBy(events, /^FailedCreate$/) !== undefined && facts.instance === undefined)
    return notCreated(facts);
  return {
    code: 'rollout-late',
    detail: `the instances were not ready in time (${seconds(startTimeoutMs)} for a start)${said(message ?? worth(events))}`,
    fix: 'See `pltf logs`, and whether the program answers at its `health` path within `run.startTimeout`.',
  };
}

/** Of the many warnings of a cluster, one that says why an instance does not come. */
const worth = (events: TroubleFacts['events']): string | undefined =>
  events.find(({ reason }) => /^(?:Unhealthy|Failed|BackOff|Evicted)/.test(reason))?.message;

const said = (message: string | undefined): string =>
  message === undefined || message === '' ? '' : `: ${short(message)}`;
