import { type EventView, type OperationView, PltfError, type RolloutView } from '@pltf/contracts';
import { fixedAnswers } from './fixed-answers.ts';
import {
  component,
  event,
  instant,
  operation,
  placement,
  rollout,
  summary,
  traffic,
} from './scenario.ts';
import { TableServer, type TestHandlers } from './table-server.ts';

export const testToken = 'pltf_test_token_0123456789';

/** Milliseconds between two steps of something long on the test platform. */
const stepMs = 15;

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** A platform in memory that does the long things by steps, tells events and forgets all at the end. */
export class TestPlatform extends TableServer {
  readonly components = new Map([['users-api', component('users-api')]]);
  readonly operations = new Map<string, OperationView>();
  readonly rollouts = new Map<string, RolloutView>();
  readonly events: EventView[] = [];
  /** How the next rollouts end. */
  rolloutEnd: Partial<RolloutView> = { state: 'done', step: 'done' };
  /** What operations end with; the repository made or gone when nothing is said. */
  receipt: OperationView['receipt'] | undefined;
  /** Set to hold long things at the step they are in. */
  held = false;
  readonly #waiting = new Set<() => void>();

  constructor() {
    super({}, testToken);
    Object.assign(
      this.handlers,
      this.#catalog(),
      this.#delivery(),
      fixedAnswers(() => this.url),
      this.#happenings(),
    );
  }

  /** Tells an event to whoever follows. */
  tell(more: Partial<EventView>): void {
    this.events.push(event(this.events.length + 1, more));
    for (const wake of this.#waiting) wake();
  }

  #found(name: string) {
    const found = this.components.get(name);
    if (found !== undefined) return found;
    throw new PltfError('not-found', { detail: `there is no component ${name}` });
  }

  /** Takes an operation through its steps to its end. */
  async #carryOut(id: string, end: () => void): Promise<void> {
    const now = () => this.operations.get(id) as OperationView;
    const set = (more: Partial<OperationView>) => {
      this.operations.set(id, { ...now(), ...more });
      this.tell({ type: 'operation-progressed', operation: id, component: now().subject });
    };
    for (const [at, step] of now().steps.entries()) {
      for (const state of ['running', 'done'] as const) {
        await pause(stepMs);
        while (this.held) await pause(stepMs);
        const times = {
          startedAt: instant(at),
          ...(state === 'done' ? { finishedAt: instant(at + 0.5) } : {}),
        };
        set({
          steps: now().steps.map((each) =>
            each.id === step.id ? { ...each, ...times, state } : each,
          ),
        });
      }
    }
    end();
    const outcome = now().kind === 'create' ? ('made' as const) : ('gone' as const);
    set({
      state: 'done',
      finishedAt: instant(3),
      receipt: this.receipt ?? [{ what: `repository ${now().subject}`, outcome }],
    });
  }

  begin(started: OperationView, end: () => void): OperationView {
    this.operations.set(started.id, started);
    void this.#carryOut(started.id, end);
    return started;
  }

  async #rollOut(id: string): Promise<void> {
    const steps = ['waiting-healthy', 'switching', 'draining'] as const;
    const set = (more: Partial<RolloutView>) => {
      const next = { ...(this.rollouts.get(id) as RolloutView), ...more };
      this.rollouts.set(id, next);
      const { component: of, placement: where, step } = next;
      const type = next.state === 'running' ? 'rollout-progressed' : 'rollout-finished';
      this.tell({ type, component: of, placement: where, data: { rollout: id, step } });
    };
    for (const step of steps) {
      await pause(stepMs);
      while (this.held) await pause(stepMs);
      set({ step });
    }
    await pause(stepMs);
    set({ finishedAt: instant(2), traffic, ...this.rolloutEnd });
  }

  roll(placementId: string, more: Partial<RolloutView>): RolloutView {
    const started = rollout(placementId, more);
    this.rollouts.set(started.id, started);
    void this.#rollOut(started.id);
    return started;
  }

  #catalog(): TestHandlers {
    return {
      listComponents: ({ query }) => ({
        items: [...this.components.values()]
          .filter(({ name }) => name.includes(query.q ?? ''))
          .filter(
            ({ kind, owner }) => (query.kind ?? kind) === kind && (query.owner ?? owner) === owner,
          )
          .slice(0, query.limit)
          .map(summary),
      }),
      getComponent: ({ params }) => this.#found(params.component),
      createComponent: ({ body }) => {
        if (this.components.has(body.name)) {
          throw new PltfError('name-taken', {
            detail: `${body.name} exists and belongs to everyone`,
          });
        }
        const { name, kind } = body;
        return this.begin(operation(name), () =>
          this.components.set(
            name,
            component(name, { kind, placements: [placement(name, 'preview')] }),
          ),
        );
      },
      deleteComponent: ({ params }) => {
        this.#found(params.component);
        return this.begin(operation(params.component, { kind: 'delete' }), () =>
          this.components.delete(params.component),
        );
      },
      getOperation: ({ params }) => {
        const found = this.operations.get(params.id);
        if (found === undefined)
          throw new PltfError('not-found', { detail: `no operation ${params.id}` });
        return found;
      },
    };
  }

  #delivery(): TestHandlers {
    return {
      listReleases: ({ params }) => ({ items: this.#found(params.component).releases }),
      listRuns: ({ params }) => ({ items: this.#found(params.component).runs }),
      promote: ({ params, body }) =>
        this.roll(`${params.component}.${body.to ?? 'prod'}`, { kind: 'promote' }),
      getPlacement: ({ params }) => placement(...(params.placement.split('.') as [string, string])),
      getRollout: ({ params }) => this.rollouts.get(params.id) as RolloutView,
      listRollouts: () => ({ items: [...this.rollouts.values()] }),
      deploy: ({ params }) => this.roll(params.placement, { kind: 'deploy' }),
      rollback: ({ params }) => this.roll(params.placement, { kind: 'rollback', from: 3, to: 2 }),
      restart: ({ params }) => this.roll(params.placement, { kind: 'restart' }),
      scale: ({ params }) => this.roll(params.placement, { kind: 'scale' }),
      stop: ({ params }) => this.roll(params.placement, { kind: 'stop' }),
      start: ({ params }) => this.roll(params.placement, { kind: 'start' }),
    };
  }

  #happenings(): TestHandlers {
    return {
      listEvents: ({ query }) => ({ items: this.events.slice(-query.limit).reverse() }),
      followEvents: ({ query }, { signal }) =>
        this.#follow(query.after ?? this.events.length, signal),
    };
  }

  async *#follow(after: number, signal: AbortSignal): AsyncGenerator<EventView> {
    let seen = after;
    while (!signal.aborted) {
      for (const told of this.events.slice(seen)) {
        seen = told.seq;
        yield told;
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }
}

export async function startTestPlatform(): Promise<TestPlatform> {
  const platform = new TestPlatform();
  await platform.start();
  return platform;
}
