import { PltfError } from '@pltf/contracts';
import { z } from 'zod';
import { InspectedImage } from '../engine-answers.ts';
import { type EngineClient, refusedWith } from '../engine-client.ts';
import type { RegistryAccess } from './registry-access.ts';

export interface PullOrder {
  /** As a person names it: `nginx:1.27`, `registry.example.com/shop@sha256:…`. */
  readonly name: string;
  readonly say: (lines: readonly string[]) => void;
  readonly signal: AbortSignal;
}

const Message = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  progress: z.string().optional(),
  error: z.string().optional(),
});
const lastPart = /[^/]*$/;

/** Without a tag the engine would bring all of them. */
const tagged = (name: string): string =>
  name.includes('@') || /:/.test(lastPart.exec(name)?.[0] ?? '') ? name : `${name}:latest`;

/** Brings an image and answers the engine's id of it, and its name by digest. Throws `image-missing`. */
export async function pullImage(
  client: EngineClient,
  access: RegistryAccess,
  { name, say, signal }: PullOrder,
): Promise<{ readonly image: string; readonly reference: string | undefined }> {
  const fromImage = tagged(name);
  await bring(client, access, { name: fromImage, say, signal });
  const path = `/images/${encodeURIComponent(fromImage)}/json`;
  const { Id, RepoDigests } = await client.json({ method: 'GET', path }, InspectedImage);
  const [repository] = fromImage.split('@');
  const own = (repository ?? '').replace(/:[^:/]*$/, '');
  const digests = RepoDigests ?? [];
  return { image: Id, reference: digests.find((one) => one.startsWith(`${own}@`)) ?? digests[0] };
}

async function bring(
  client: EngineClient,
  access: RegistryAccess,
  { name, say, signal }: PullOrder,
): Promise<void> {
  const headers = access.forImage(name);
  const request = { method: 'POST', path: '/images/create', query: { fromImage: name } } as const;
  try {
    for await (const value of client.values({ ...request, headers, timeoutMs: 0, signal })) {
      const message = Message.safeParse(value);
      if (!message.success) continue;
      const { id, status, progress, error } = message.data;
      if (error !== undefined) throw missing(name, error);
      if (status !== undefined && progress === undefined)
        say([id === undefined ? status : `${id}: ${status}`]);
    }
  } catch (error) {
    if (refusedWith(error) === undefined) throw error;
    throw missing(name, error instanceof PltfError ? error.detail : String(error));
  }
}

const missing = (name: string, said: string): PltfError =>
  new PltfError('image-missing', {
    detail: `The image ${name} cannot be had: ${said}`,
    fix: 'Correct its name in the workload, or sign the machine of the agent in to its registry: docker login REGISTRY',
  });
