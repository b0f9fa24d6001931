import type { PodLogLine, PodLogOptions } from '../cluster-api.ts';
import type { Connection } from './connection.ts';
import { linesOf } from './event-lines.ts';

/** What a container wrote, each line with its time; ends with the container when it is followed. */
export async function* podLines(
  connection: Connection,
  namespace: string,
  pod: string,
  options: PodLogOptions,
): AsyncGenerator<PodLogLine> {
  const query = new URLSearchParams({ timestamps: 'true' });
  if (options.container !== undefined) query.set('container', options.container);
  if (options.tail !== undefined) query.set('tailLines', String(options.tail));
  if (options.follow === true) query.set('follow', 'true');
  if (options.since !== undefined) query.set('sinceTime', options.since.toISOString());
  if (options.previous === true) query.set('previous', 'true');
  const where = `namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`;
  const { body } = await connection.stream({
    method: 'GET',
    path: `/api/v1/${where}/log?${query.toString()}`,
    about: `the log of ${namespace}/${pod}`,
    accept: 'text/plain, application/json',
    signal: options.signal,
    repeatable: true,
    // A program may have nothing to say for hours.
    silentMs: options.follow === true ? 0 : undefined,
  });
  try {
    for await (const line of linesOf(body as AsyncIterable<Uint8Array>)) {
      const space = line.indexOf(' ');
      if (space > 0) yield { at: line.slice(0, space), text: line.slice(space + 1) };
    }
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    body.destroy();
  }
}
