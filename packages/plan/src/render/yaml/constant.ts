/** The text of a part by the depth at which it stands, as far as it was written there. */
export type KeptTexts = (Uint8Array | undefined)[];

const kept = /* @__PURE__ */ new WeakMap<object, KeptTexts>();

/**
 * Says of a part that it stands in many documents and never changes, and holds it to that: it is frozen, all the way
 * down. Its text is put together once at each depth, and kept for as long as the part itself.
 */
export function constant<T extends object>(part: T): T {
  freeze(part);
  kept.set(part, []);
  return part;
}

/** Where the texts of a constant part are kept; undefined for any other. */
export const textsOf = (part: object): KeptTexts | undefined => kept.get(part);

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
}
