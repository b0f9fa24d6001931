import { PltfError } from '@pltf/contracts';
import { z } from 'zod';
import type { EngineClient } from '../engine-client.ts';
import type { RegistryAccess } from './registry-access.ts';

export interface PushOrder {
  readonly image: string;
  /** `registry.example.com/pltf/users-api`. */
  readonly repository: string;
  readonly tag: string;
  readonly say: (lines: readonly string[]) => void;
  readonly signal: AbortSignal;
}

const Pushed = z.object({ Tag: z.string(), Digest: z.string() });
const Message = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  progress: z.string().optional(),
  error: z.string().optional(),
  aux: z.unknown().optional(),
});

/** Pushes an image and answers the name that it has for ever: `registry/…@sha256:…`. Throws `image-push-failed`. */
export async function pushImage(
  client: EngineClient,
  access: RegistryAccess,
  order: PushOrder,
): Promise<string> {
  const { image, repository, tag, signal } = order;
  const path = `/images/${encodeURIComponent(image)}/tag`;
  await client.send({ method: 'POST', path, query: { repo: repository, tag } });
  const answer = client.values({
    ...{ method: 'POST', path: `/images/${repository}/push`, query: { tag } },
    ...{ timeoutMs: 0, signal, headers: access.forImage(repository) },
  });
  let digest: string | undefined;
  for await (const value of answer) {
    const message = Message.safeParse(value);
    if (!message.success) continue;
    const { id, status, progress, error, aux } = message.data;
    if (error !== undefined) {
      throw new PltfError('image-push-failed', {
        detail: `The image could not be pushed to ${repository}: ${error}`,
      });
    }
    const pushed = Pushed.safeParse(aux);
    if (pushed.success) digest = pushed.data.Digest;
    if (status !== undefined && progress === undefined) {
      order.say([id === undefined ? status : `${id}: ${status}`]);
    }
  }
  if (digest === undefined) {
    throw new PltfError('image-push-failed', {
      detail: `The registry of ${repository} did not say which image it took.`,
    });
  }
  return `${repository}@${digest}`;
}
