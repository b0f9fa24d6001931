import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

interface Following {
  readonly area: RefObject<HTMLDivElement | null>;
  readonly following: boolean;
  readonly follow: () => void;
  readonly onScroll: () => void;
}

const nearPx = 24;

/** Keeps the newest line in sight until somebody scrolls up, and again when they are back at the end. */
export function useFollowing(lines: readonly unknown[]): Following {
  const area = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const toEnd = (): void => {
    const element = area.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  };
  useLayoutEffect(() => {
    if (following) toEnd();
    // The lines are what makes it longer.
  }, [lines, following]);
  const onScroll = (): void => {
    const element = area.current;
    if (element === null) return;
    setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < nearPx);
  };
  return { area, following, follow: () => setFollowing(true), onScroll };
}
