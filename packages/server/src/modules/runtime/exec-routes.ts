import { type ExecOutput, PltfError } from '@pltf/contracts';
import { maskPersonalData, masksLogs } from '@pltf/plan';
import type { HandlersOf, RequestContext } from '../../kernel/request.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { Component } from '../catalog/index.ts';
import { type Placement, subject } from './placement/placement.ts';
import type { Runtimes } from './runtimes.ts';

interface ExecDependencies {
  readonly db: Db;
  readonly runtimes: Runtimes;
}

type Authorize = (
  id: string,
  context: RequestContext,
) => Promise<{ readonly placement: Placement; readonly component: Component }>;

/** Commands inside instances. Each is written down with who and why before it begins. */
export function execHandlers(
  { db, runtimes }: ExecDependencies,
  authorized: Authorize,
): HandlersOf<'execCommand'> {
  return {
    execCommand: async function* ({ params, body }, context) {
      const { placement, component } = await authorized(params.placement, context);
      const driver = await runtimes.of(placement);
      if (driver.exec === undefined) {
        throw new PltfError('runtime-cannot', {
          detail: `there is no way into an instance of ${placement.id}: its runtime keeps them to itself`,
          fix: '`pltf run NAME -- COMMAND` runs it beside them, in the same release and environment.',
        });
      }
      const { command, stdin, instance, why } = body;
      await transact(db, async (tx) => {
        tx.tell({
          ...subject(placement),
          type: 'command-executed',
          actor: context.actor.name,
          why,
          summary: `Ran in ${instance ?? 'an instance'}: ${command.join(' ').slice(0, 200)}`,
        });
        await Promise.resolve();
      });
      const output = driver.exec(placement.id, { command, stdin, instance }, context.signal);
      yield* masked(output, masksLogs(component.spec, placement.environment));
    },
  };
}

async function* masked(
  output: AsyncIterable<ExecOutput>,
  masks: boolean,
): AsyncGenerator<ExecOutput> {
  for await (const piece of output) {
    yield masks && 'text' in piece ? { ...piece, text: maskPersonalData(piece.text) } : piece;
  }
}
