import type { Spec } from '@pltf/contracts';

/** An immutable build of one commit. The record stays for ever, the archive until it is collected. */
export interface Release {
  readonly component: string;
  readonly number: number;
  readonly id: string;
  readonly commit: string;
  readonly branch: string;
  readonly subject: string;
  readonly author: string;
  readonly digest: string;
  readonly bytes: number;
  readonly spec: Spec;
  readonly run: string | undefined;
  readonly createdAt: Date;
  readonly collectedAt: Date | undefined;
}
