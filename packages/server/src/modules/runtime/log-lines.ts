import type { LogLine } from '@pltf/contracts';
import { maskPersonalData, masksLogs } from '@pltf/plan';
import type { Component } from '../catalog/index.ts';
import type { LogQuery } from './runtime-driver.ts';

/** A job has no instances there: what it says is what its last run said. */
export async function* linesOfRun(
  lines: AsyncIterable<LogLine>,
  { follow, tail }: LogQuery,
): AsyncGenerator<LogLine> {
  if (follow) return yield* lines;
  const last: LogLine[] = [];
  for await (const line of lines) {
    last.push(line);
    if (last.length > tail) last.shift();
  }
  yield* last;
}

/** As they are, or without what looks like personal data where the component holds some. */
export async function* masked(
  lines: AsyncIterable<LogLine>,
  component: Component | undefined,
  environment: string,
): AsyncGenerator<LogLine> {
  const masks = masksLogs(component?.spec, environment);
  for await (const line of lines) {
    yield masks ? { ...line, text: maskPersonalData(line.text) } : line;
  }
}
