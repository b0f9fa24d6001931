/** An unsigned integer of 64 bits. */
export class CelUint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** Nanoseconds since 1970. */
export class CelTimestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** Nanoseconds. */
export class CelDuration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class CelList {
  readonly items: readonly CelData[];
  constructor(items: readonly CelData[]) {
    this.items = items;
  }
}

/** Keys as a map holds them: int and uint of one value are one key. */
export type CelKey = string | boolean | bigint;

export class CelMap {
  readonly entries: ReadonlyMap<CelKey, CelData>;
  /** Which whole-number keys were written as uint, to give them back as such. */
  readonly unsigned: ReadonlySet<bigint> | undefined;
  constructor(entries: ReadonlyMap<CelKey, CelData>, unsigned?: ReadonlySet<bigint>) {
    this.entries = entries;
    this.unsigned = unsigned;
  }
}

/** A map whose values are made when they are first read. */
export class CelLazyMap {
  readonly names: ReadonlySet<string>;
  readonly read: (name: string, frame: unknown) => CelData;
  constructor(names: ReadonlySet<string>, read: (name: string, frame: unknown) => CelData) {
    this.names = names;
    this.read = read;
  }
}

export class CelOptional {
  readonly value: CelData | undefined;
  constructor(value: CelData | undefined) {
    this.value = value;
  }
}

export class CelType {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value of one of the Kubernetes libraries: a quantity, an address, a version. */
export class CelOpaque<Held = unknown> {
  readonly type: string;
  readonly held: Held;
  /** Equal values have equal text. */
  readonly text: string;
  constructor(type: string, held: Held, text: string) {
    this.type = type;
    this.held = held;
    this.text = text;
  }
}

/** A value inside an evaluation: int is bigint, double is number. */
export type CelData =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | CelUint
  | CelTimestamp
  | CelDuration
  | CelList
  | CelMap
  | CelLazyMap
  | CelOptional
  | CelType
  | CelOpaque;

export const none = new CelOptional(undefined);

/** The name of a value's type, as `type()` gives it. */
export function typeName(value: CelData): string {
  switch (typeof value) {
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    default:
      return value === null ? 'null_type' : objectTypeName(value);
  }
}

function objectTypeName(value: object): string {
  if (value instanceof CelList) return 'list';
  if (value instanceof CelMap || value instanceof CelLazyMap) return 'map';
  if (value instanceof CelUint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof CelTimestamp) return 'google.protobuf.Timestamp';
  if (value instanceof CelDuration) return 'google.protobuf.Duration';
  if (value instanceof CelOptional) return 'optional_type';
  if (value instanceof CelOpaque) return value.type;
  return 'type';
}
