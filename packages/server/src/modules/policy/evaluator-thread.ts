import { Worker } from 'node:worker_threads';
import { within } from '../../kernel/within.ts';
import type { AuditedBatch, AuditFacts } from './audit-evaluation.ts';
import type { FromWorker, ToWorker } from './audit-messages.ts';
import type { Evaluator } from './evaluator.ts';

export interface ThreadOptions {
  /** The file of the thread's program. */
  readonly file: URL;
}

/** A batch takes a second or two; a thread that says nothing for so long is ended. Milliseconds. */
const patienceMs = 60_000;
/** A thread that has nothing to do for so long is ended: 40 MB. Milliseconds. */
const idleMs = 5_000;
/** Guardrails have a budget of steps; this is for what no budget foresees. MiB. */
const memoryMiB = 512;

interface Waiting {
  resolve(audited: AuditedBatch): void;
  reject(error: Error): void;
}

/** Evaluates in a thread of its own, started when first needed, so that requests never wait for an audit. */
export function evaluatorInThread(options: ThreadOptions): Evaluator {
  let thread: EvaluationThread | undefined;
  return {
    evaluate: async (facts, batch, now, signal) => {
      signal.throwIfAborted();
      if (thread === undefined || thread.ended) thread = new EvaluationThread(options);
      return thread.evaluate(facts, { now, batch }, signal);
    },
    [Symbol.asyncDispose]: async () => thread?.end(new Error('the server is stopping')),
  };
}

class EvaluationThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #version: string | undefined;
  #next = 0;
  #idle: NodeJS.Timeout | undefined;
  ended = false;

  constructor({ file }: ThreadOptions) {
    this.#worker = new Worker(file, {
      resourceLimits: { maxOldGenerationSizeMb: memoryMiB },
      // It reads nothing but what it is sent.
      env: {},
    });
    // Its work is waited for; the thread alone does not keep the process alive.
    this.#worker.unref();
    this.#worker.on('message', (message: FromWorker) => this.#answered(message));
    this.#worker.on('error', (error: Error) => void this.end(error));
    this.#worker.on('exit', () => void this.end(new Error('the evaluation thread has ended')));
  }

  evaluate(
    facts: AuditFacts,
    batch: Pick<Extract<ToWorker, { kind: 'batch' }>, 'now' | 'batch'>,
    signal: AbortSignal,
  ): Promise<AuditedBatch> {
    clearTimeout(this.#idle);
    if (this.#version !== facts.version) this.#send({ kind: 'facts', facts });
    this.#version = facts.version;
    const id = this.#next++;
    const ended = within(patienceMs, signal);
    return new Promise<AuditedBatch>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      ended.addEventListener('abort', () => {
        if (this.#waiting.has(id)) void this.end(ended.reason as Error);
      });
      this.#send({ kind: 'batch', id, version: facts.version, ...batch });
    });
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #answered(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('audited' in message) waiting?.resolve(message.audited);
    else waiting?.reject(new Error(message.failure));
    if (this.#waiting.size > 0) return;
    this.#idle = setTimeout(() => void this.end(new Error('idle')), idleMs);
    this.#idle.unref();
  }

  async end(error: Error): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.#idle);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    await this.#worker.terminate();
  }
}
