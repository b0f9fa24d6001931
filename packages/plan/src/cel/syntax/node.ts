import type { CelData } from '../values/cel-value.ts';

interface At {
  /** UTF-16 units from the start of the text. */
  readonly at: number;
}

export interface ListItem {
  readonly value: CelNode;
  /** `?`: an optional, left out when it is empty. */
  readonly optional: boolean;
}

export interface MapEntry extends ListItem {
  readonly key: CelNode;
}

export interface Call extends At {
  readonly kind: 'call';
  readonly name: string;
  readonly target: CelNode | undefined;
  readonly args: readonly CelNode[];
}

export type FoldKind =
  | 'all'
  | 'exists'
  | 'existsOne'
  | 'map'
  | 'filter'
  | 'transformMap'
  | 'transformMapEntry';

/** A macro over the elements of a list or map. */
export interface Fold extends At {
  readonly kind: 'fold';
  readonly fold: FoldKind;
  readonly range: CelNode;
  /** One name: the element, or the key of a map. Two: index and element, or key and value. */
  readonly names: readonly string[];
  /** Which elements are transformed at all. */
  readonly where: CelNode | undefined;
  readonly body: CelNode;
}

/** An expression as written, with macros recognised; `&&` and `||` hold all their terms side by side. */
export type CelNode =
  | (At & { readonly kind: 'constant'; readonly value: CelData })
  | (At & { readonly kind: 'name'; readonly name: string })
  | (At & {
      readonly kind: 'select';
      readonly operand: CelNode;
      readonly field: string;
      readonly how: 'value' | 'optional' | 'test';
    })
  | (At & {
      readonly kind: 'index';
      readonly operand: CelNode;
      readonly key: CelNode;
      readonly optional: boolean;
    })
  | Call
  | (At & { readonly kind: 'and' | 'or'; readonly terms: readonly CelNode[] })
  | (At & {
      readonly kind: 'if';
      readonly test: CelNode;
      readonly yes: CelNode;
      readonly no: CelNode;
    })
  | (At & { readonly kind: 'list'; readonly items: readonly ListItem[] })
  | (At & { readonly kind: 'map'; readonly entries: readonly MapEntry[] })
  | Fold
  /** `optMap` and `optFlatMap`. */
  | (At & {
      readonly kind: 'within';
      readonly target: CelNode;
      readonly name: string;
      readonly body: CelNode;
      readonly flat: boolean;
    });
