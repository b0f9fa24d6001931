import type { JsonValue } from '../../template/json.ts';

export interface ObjectMetadata {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Absent for what belongs to the whole cluster. */
  readonly namespace?: string;
  readonly [field: string]: JsonValue;
}

/** What an API server takes, as JSON: nothing in it is undefined. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: JsonValue;
}

/** A part of an object while it is put together. */
export type Fields = Record<string, JsonValue>;
