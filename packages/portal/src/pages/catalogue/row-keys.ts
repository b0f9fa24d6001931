import { type RefObject, useEffect } from 'react';

/**
 * Arrow keys go from the search to the rows (`a.row-link`), among them, and back; Home and End to the first
 * and the last. Enter on a row is the link's own; before a link is followed, `onLeave` is called.
 */
export function useRowKeys(
  area: RefObject<HTMLElement | null>,
  search: RefObject<HTMLInputElement | null>,
  onLeave: () => void,
): void {
  useEffect(() => {
    const element = area.current;
    const onClick = ({ target }: MouseEvent): void => {
      if (target instanceof Element && target.closest('a') !== null) onLeave();
    };
    // Before the link itself acts.
    element?.addEventListener('click', onClick, true);
    return () => element?.removeEventListener('click', onClick, true);
  }, [area, onLeave]);
  useEffect(() => {
    const element = area.current;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (element === null || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = targetOf(event.key, element, search.current);
      if (target === undefined) return;
      event.preventDefault();
      target.focus();
      target.scrollIntoView({ block: 'nearest' });
    };
    element?.addEventListener('keydown', onKeyDown);
    return () => element?.removeEventListener('keydown', onKeyDown);
  }, [area, search]);
}

function targetOf(
  key: string,
  area: HTMLElement,
  search: HTMLInputElement | null,
): HTMLElement | undefined {
  const rows = [...area.querySelectorAll<HTMLElement>('a.row-link')];
  const at = rows.findIndex((row) => row === document.activeElement);
  const inSearch = document.activeElement === search;
  if (at < 0 && !inSearch) return undefined;
  if (key === 'ArrowDown') return inSearch ? rows[0] : rows[at + 1];
  if (inSearch) return undefined;
  if (key === 'ArrowUp') return at === 0 ? (search ?? undefined) : rows[at - 1];
  if (key === 'Home') return rows[0];
  return key === 'End' ? rows.at(-1) : undefined;
}
