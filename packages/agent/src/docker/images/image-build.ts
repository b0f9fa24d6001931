import { PltfError } from '@pltf/contracts';
import { type EngineClient, refusedWith } from '../engine-client.ts';
import { createBuildProgress } from './build-progress.ts';
import { contextOf } from './context-archive.ts';
import type { RegistryAccess } from './registry-access.ts';

export interface BuildOrder {
  /** The release as a tar: the context of the build. */
  readonly archive: string;
  /** The text of its `.dockerignore`. */
  readonly ignoreFile: string | undefined;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Build arguments, beside the proxies that the machine knows. */
  readonly args: Readonly<Record<string, string>>;
  readonly say: (lines: readonly string[]) => void;
  readonly signal: AbortSignal;
}

export interface BuiltImage {
  readonly id: string;
  readonly builder: 'buildkit' | 'classic';
}

/** Why a build failed; its lines are in the log. */
export interface FailedBuild {
  readonly step: string | undefined;
  readonly error: string;
}

type Outcome =
  | { readonly ok: true; readonly built: BuiltImage }
  | ({ readonly ok: false } & FailedBuild);

const versions = { buildkit: '2', classic: '1' } as const;

/** Has the engine build the image of a release: by BuildKit, or by its classic builder where it has no other. */
export async function buildImage(
  client: EngineClient,
  access: RegistryAccess,
  order: BuildOrder,
): Promise<Outcome> {
  try {
    return await buildWith(client, access, order, 'buildkit');
  } catch (error) {
    if (!lacksBuildKit(error)) throw error;
    order.say(['This engine has no BuildKit: its classic builder is used.']);
    return buildWith(client, access, order, 'classic');
  }
}

async function buildWith(
  client: EngineClient,
  access: RegistryAccess,
  order: BuildOrder,
  builder: BuiltImage['builder'],
): Promise<Outcome> {
  const answer = client.values({
    ...{ method: 'POST', path: '/build', timeoutMs: 0, signal: order.signal },
    query: {
      ...{ version: versions[builder], dockerfile: 'Dockerfile', t: order.tag },
      ...{ rm: '1', forcerm: '1', labels: JSON.stringify(order.labels) },
      buildargs: JSON.stringify({ ...access.proxies(), ...order.args }),
    },
    headers: access.forBuild(),
    stream: { content: contextOf(order.archive, order.ignoreFile), type: 'application/x-tar' },
  });
  const progress = createBuildProgress();
  for await (const message of answer) {
    const lines = progress.take(message);
    if (lines.length > 0) order.say(lines);
  }
  const { image, error, step } = progress;
  if (error === undefined && image !== undefined)
    return { ok: true, built: { id: image, builder } };
  return { ok: false, step, error: error ?? 'the engine named no image' };
}

/** An engine (or a stand-in for one) that knows only the classic builder says so at once. */
const lacksBuildKit = (error: unknown): boolean =>
  refusedWith(error) !== undefined &&
  error instanceof PltfError &&
  /buildkit|version|not supported|not implemented/i.test(error.detail);
