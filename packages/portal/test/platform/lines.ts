import type { LogLine, PlacementView } from '@pltf/contracts';
import { logTexts } from './content.ts';
import { soon } from './lookup.ts';
import type { World } from './world.ts';

export async function* runLines(world: World, id: string): AsyncGenerator<LogLine> {
  const run = world.runs.get(id);
  let at = Date.parse(run?.startedAt ?? soon(0));
  for (const job of run?.jobs ?? []) {
    for (const step of job.steps) {
      const instance = `${job.name} / ${step.name}`;
      yield {
        at: new Date((at += 40)).toISOString(),
        instance,
        stream: 'platform',
        text: `${step.name} begins`,
      };
      for (let line = 0; line < 6; line += 1)
        yield {
          at: new Date((at += 90)).toISOString(),
          instance,
          stream: step.state === 'failed' && line > 3 ? 'err' : 'out',
          text:
            step.state === 'failed' && line > 3
              ? '\u001b[31m✖ keeps the query of the address one wanted\u001b[39m'
              : `> line ${line + 1} of ${step.name}`,
        };
    }
  }
}

export async function* taskLines(id: string): AsyncGenerator<LogLine> {
  for (const text of ['migrating…', '001-first.sql: applied', '002-sessions.sql: applied'])
    yield { at: soon(0), instance: id, stream: 'out', text };
}

export async function* placementLines(
  world: World,
  one: PlacementView,
  tail: number,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const names = one.instances.map(({ id }) => id);
  for (let line = Math.min(tail, 60); line > 0 && names.length > 0; line -= 1) {
    const ill = line % 17 === 0;
    yield {
      at: new Date(Date.now() - line * 2_100 - 5_000).toISOString(),
      instance: names[line % names.length] ?? '',
      stream: line === 60 ? 'platform' : ill ? 'err' : 'out',
      text:
        line === 60
          ? 'started release #13, listening on 8080'
          : ill
            ? "TypeError: Cannot read properties of undefined (reading 'locale') at greet (/app/src/greet.js:14:22)"
            : (logTexts[line % logTexts.length] ?? ''),
    };
  }
  if (!follow) return;
  const waiting: LogLine[] = [];
  let wake: () => void = () => undefined;
  const listen = (line: LogLine): void => {
    waiting.push(line);
    wake();
  };
  const followers = world.logFollowers.get(one.id) ?? new Set();
  world.logFollowers.set(one.id, followers.add(listen));
  signal.addEventListener('abort', () => wake());
  while (!signal.aborted) {
    yield* waiting.splice(0);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  followers.delete(listen);
}
