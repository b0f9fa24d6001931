import { PltfError } from '@pltf/contracts';
import type { Kind, ListOptions, LiveObject, WatchEvent } from '../cluster-api.ts';
import { fieldAt, textAt } from '../json-read.ts';
import type { ClusterRequest, Connection } from './connection.ts';
import { linesOf } from './event-lines.ts';
import { refusal } from './problems.ts';

/** Servers end a watch by themselves after half an hour to an hour; ours end sooner, and not all at once. */
const watchSeconds = { least: 300, more: 300 };

interface WatchOptions extends ListOptions {
  readonly path: string;
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
}

/** What happens to a kind, from a version on. */
export async function* watchKind(
  connection: Connection,
  kind: Kind,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const query = selectors(options);
  query.set('watch', 'true');
  query.set('allowWatchBookmarks', 'true');
  query.set('resourceVersion', options.resourceVersion);
  const seconds = watchSeconds.least + Math.random() * watchSeconds.more;
  query.set('timeoutSeconds', String(Math.round(seconds)));
  const request = {
    method: 'GET' as const,
    path: `${options.path}?${query.toString()}`,
    about: `a watch of ${kind.kind}`,
    signal: options.signal,
    repeatable: true,
  };
  const { body } = await connection.stream(request);
  yield { type: 'BOOKMARK', resourceVersion: options.resourceVersion };
  try {
    for await (const line of linesOf(body as AsyncIterable<Uint8Array>)) {
      if (line !== '') yield eventOf(line, kind, { cluster: connection.name, ...request });
    }
  } catch (error) {
    // A connection that breaks ends a watch like a server that ends it: who watches goes on from the last event.
    if (error instanceof PltfError) throw error;
  } finally {
    body.destroy();
  }
}

function eventOf(
  line: string,
  kind: Kind,
  asked: ClusterRequest & { readonly cluster: string },
): WatchEvent {
  const event: unknown = JSON.parse(line);
  const type = textAt(event, 'type');
  const object = fieldAt(event, 'object');
  if (type === 'BOOKMARK') {
    return { type, resourceVersion: textAt(object, 'metadata', 'resourceVersion') ?? '' };
  }
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
    const live = object as LiveObject;
    return { type, object: { ...live, apiVersion: kind.apiVersion, kind: kind.kind } };
  }
  throw refusal(Number(fieldAt(object, 'code') ?? 500), object, asked);
}

export function selectors(options: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (options.labels !== undefined) query.set('labelSelector', options.labels);
  if (options.fields !== undefined) query.set('fieldSelector', options.fields);
  return query;
}
