import type { PlatformPlan, PlatformVersionView } from '@pltf/contracts';

/** By path: `platform.yaml`, `guardrails/regions.yaml`. */
export type Files = Readonly<Record<string, string>>;

/** One version of the platform as code. Never changed once it is made. */
export interface PlatformVersion {
  /** 0 is the built-in platform, or the operator's file: no row stands for it. */
  readonly number: number;
  readonly digest: string;
  readonly files: Files;
  readonly author: string;
  readonly via: PlatformVersionView['via'];
  readonly why: string | undefined;
  readonly reverts: number | undefined;
  readonly plan: PlatformPlan | undefined;
  /** In the platform's own repository; absent for version 0. */
  readonly commit: string | undefined;
  /** What the branch held before. */
  readonly parent: string | undefined;
  readonly createdAt: Date | undefined;
}

/** A push that git took and that could not be put in force. */
export interface RefusedPush {
  readonly commit: string;
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

export function versionView(version: PlatformVersion): PlatformVersionView {
  const { number, digest, author, via, why, reverts, plan, commit, createdAt } = version;
  return {
    ...{ number, digest, author, via },
    ...(why === undefined ? {} : { why }),
    ...(reverts === undefined ? {} : { reverts }),
    ...(commit === undefined ? {} : { commit }),
    ...(createdAt === undefined ? {} : { createdAt: createdAt.toISOString() }),
    ...(plan === undefined
      ? {}
      : { touched: { placements: plan.placements.changed, ways: plan.classes.length } }),
  };
}
