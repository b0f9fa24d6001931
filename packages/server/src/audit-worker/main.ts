import { parentPort } from 'node:worker_threads';
import {
  type AuditFacts,
  auditBatch,
  compileFacts,
  type FromWorker,
  type ToWorker,
} from '../modules/policy/index.ts';

/** The program of the thread that evaluates guardrails: facts once, then batches. */
function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('this runs as a thread of the server only');
  let known: { readonly facts: AuditFacts; readonly compiled: ReturnType<typeof compileFacts> };
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'facts') {
      known = { facts: message.facts, compiled: compileFacts(message.facts) };
      return;
    }
    port.postMessage(answer(message, known));
  });
}

function answer(
  { id, version, batch, now }: Extract<ToWorker, { kind: 'batch' }>,
  known: { readonly facts: AuditFacts; readonly compiled: ReturnType<typeof compileFacts> },
): FromWorker {
  try {
    if (known.facts.version !== version) return { id, failure: `facts ${version} never came` };
    return { id, audited: auditBatch(known.compiled, known.facts, batch, now) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}

main();
