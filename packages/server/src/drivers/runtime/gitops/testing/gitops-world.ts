import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RuntimeRule } from '@pltf/contracts';
import type { ReleaseImages, RolloutLedger } from '../../../../modules/runtime/index.ts';
import { memoryLedger } from '../../../../modules/runtime/testing/memory-ledger.ts';
import type { ClusterApi } from '../../../cluster/cluster-api.ts';
import {
  type MemoryCluster,
  memoryCluster,
  memoryServed,
} from '../../../cluster/testing/memory-cluster.ts';
import { type EnvironmentRepo, openEnvironmentRepo } from '../../../environment-repo/index.ts';
import { type FollowerWatch, watchFollowers } from '../follower/follower-watch.ts';
import { type GitOpsRuntime, gitopsRuntime } from '../gitops-runtime.ts';
import { type Inside, lookInside } from '../look-inside.ts';
import type { GitOpsRule } from '../repository/manifest.ts';
import { ringOf } from '../repository/ring-of-rule.ts';
import { ringRepository } from '../repository/ring-repository.ts';
import { MemoryTarget } from './memory-target.ts';
import { SimulatedArgo, type SyncTarget } from './simulated-argo.ts';

export interface WorldOptions {
  readonly rule?: Partial<GitOpsRule>;
  /** Nobody reports when false. */
  readonly reported?: boolean;
  readonly target?: SyncTarget;
  readonly targetApi?: ClusterApi;
  readonly tellsHealth?: boolean;
  readonly images?: ReleaseImages;
  readonly location?: string;
  /** The installation's id. */
  readonly platform?: string;
  readonly soonMs?: number;
}

/** A driver over a real repository, with an Argo CD that a test has sync when it wants. */
export interface World extends AsyncDisposable {
  readonly driver: GitOpsRuntime['driver'];
  readonly runtime: GitOpsRuntime;
  readonly repo: EnvironmentRepo;
  /** The bare repository's folder. */
  readonly location: string;
  readonly hub: MemoryCluster;
  readonly ledger: RolloutLedger;
  readonly argo: SimulatedArgo;
  readonly target: MemoryTarget;
  /** Milliseconds that the driver's clock is ahead. */
  ahead: number;
  /** Placements that were to be looked at again. */
  readonly woken: string[];
  /** Who asked for the next change, and why. */
  asked: { readonly by: string; readonly why?: string };
  /** The head's message and trailers. */
  lastMessage(): Promise<string>;
  head(): Promise<string>;
  file(path: string): Promise<string | undefined>;
  commits(): Promise<number>;
  /** The same driver started anew over the same repository and ledger, as after a kill. */
  restart(reported?: boolean): Promise<GitOpsRuntime['driver']>;
}

export const source = {
  sha: '4f1d2c3b4a5968778695a4b3c2d1e0f123456789',
  repository: 'https://git.example.com/users-api.git',
  author: { name: 'Ada Lovelace', email: 'ada@example.com' },
  date: '2026-11-21T10:00:00Z',
  subject: 'Count faster',
};

export async function gitopsWorld(options: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'pltf-gitops-'));
  const location = options.location ?? join(folder, 'environments.git');
  const rule = RuntimeRule.parse({
    driver: 'gitops',
    repository: location,
    ...options.rule,
  }) as GitOpsRule;
  const path = process.env['PATH'] ?? '';
  const repo = await openEnvironmentRepo({ location, root: folder, path, batchMs: 0 });
  const hub = memoryCluster({
    served: {
      minor: memoryServed.minor,
      kinds: new Set([
        ...memoryServed.kinds,
        'argoproj.io/v1alpha1/Application',
        'kustomize.toolkit.fluxcd.io/v1/Kustomization',
      ]),
    },
  });
  const target = new MemoryTarget();
  const argo = new SimulatedArgo({
    ...{ repo, branch: rule.branch, ring: rule.ring, hub, target: options.target ?? target },
    ...(options.tellsHealth === undefined ? {} : { tellsHealth: options.tellsHealth }),
  });
  const ring = ringOf(rule, options.platform ?? '0a1b2c3d', 'https://portal.example.com');
  const ledger = memoryLedger();
  const opened: (FollowerWatch | GitOpsRuntime | Inside)[] = [];
  const state = { ahead: 0, asked: { by: 'ada' } as World['asked'] };
  const woken: string[] = [];
  const images: ReleaseImages = options.images ?? {
    image: (wanted) =>
      Promise.resolve({
        state: 'ready',
        reference: `registry.example.com/users-api@sha256:${String(wanted.desired.release.number).padStart(64, '0')}`,
        user: 1000,
      }),
  };
  const open = (reported = options.reported): GitOpsRuntime => {
    const watch =
      reported === false
        ? undefined
        : watchFollowers({
            ...{ hub, agent: rule.agent, namespace: ring.namespace, ring: rule.ring, retryMs: 10 },
          });
    const clock = { now: () => new Date(Date.now() + state.ahead) };
    const wake = (placement: string): void => void woken.push(placement);
    const { targetApi: inTarget } = options;
    const inside =
      inTarget &&
      lookInside({
        ...{ runtime: 'fleet', platform: '0a1b2c3d', rule, target: inTarget, ledger, images },
        ...{ clock, wake },
      });
    const runtime = gitopsRuntime({
      ...{ runtime: 'fleet', rule, ledger, watch, images, inCluster: inside?.inCluster },
      soonMs: options.soonMs ?? 20_000,
      repo,
      repository: ringRepository({ repo, ring, branch: rule.branch, clock }),
      changes: {
        asked: () => Promise.resolve(state.asked),
        commit: (_, sha) => Promise.resolve({ ...source, sha }),
      },
      target: options.targetApi,
      ...{ clock, wake },
    });
    if (inside !== undefined) opened.push(inside);
    opened.push(runtime, ...(watch === undefined ? [] : [watch]));
    return runtime;
  };
  const runtime = open();
  const ref = `refs/heads/${rule.branch}`;
  const head = async (): Promise<string> => (await repo.head(ref)) ?? '';
  return {
    ...{ runtime, driver: runtime.driver, repo, location, hub, ledger, argo, target, woken, head },
    get ahead() {
      return state.ahead;
    },
    set ahead(milliseconds) {
      state.ahead = milliseconds;
    },
    get asked() {
      return state.asked;
    },
    set asked(asked) {
      state.asked = asked;
    },
    lastMessage: async () => gitText(location, ['log', '-1', '--format=%B', ref]),
    file: async (name) => {
      const bytes = await repo.read(await head(), name);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    commits: async () => Number(await gitText(location, ['rev-list', '--count', ref])),
    restart: (reported) => Promise.resolve(open(reported).driver),
    [Symbol.asyncDispose]: async () => {
      for (const one of opened) await one[Symbol.asyncDispose]();
      await repo[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a real git says of the repository. */
export async function gitText(directory: string, args: readonly string[]): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    execFile('git', ['--git-dir', directory, ...args], (error, out) => {
      if (error === null) resolve(out.trim());
      else reject(error);
    });
  });
}
