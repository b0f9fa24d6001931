import type { ReactNode } from 'react';

/** A sentence in which `backticks` mark what is typed. */
export function Prose({ text }: { readonly text: string }): ReactNode {
  return text
    .split(/`([^`]+)`/)
    .map((part, at) => (at % 2 === 1 ? <code key={`${at} ${part}`}>{part}</code> : part));
}
