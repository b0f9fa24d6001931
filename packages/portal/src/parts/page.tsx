import { type ReactNode, useEffect, useRef } from 'react';

interface PageProps {
  readonly title: string;
  /** For the window's title, where it says more than the heading. */
  readonly windowTitle?: string;
  readonly lead?: ReactNode;
  readonly heading?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The place shown last, and whether one came to it from another: then its heading takes the focus. */
let shown: { readonly place: string; readonly came: boolean } | undefined;

/** One page: names the window, and takes the focus to its heading when one comes from another page. */
export function Page({
  title,
  windowTitle,
  lead,
  heading,
  actions,
  children,
}: PageProps): ReactNode {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${windowTitle ?? title} · pltf`;
  }, [title, windowTitle]);
  useEffect(() => {
    const place = window.location.pathname;
    const moved = shown?.place !== place;
    // The first page leaves the focus at the top, with the skip link.
    if (moved) shown = { place, came: shown !== undefined };
    // A page that replaces its own skeleton takes over the focus that went with it.
    const lost = document.activeElement === null || document.activeElement === document.body;
    const inField = (document.activeElement?.closest('main input') ?? null) !== null;
    if (shown?.came === true && (lost || (moved && !inField))) {
      head.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <>
      <header className="page-head">
        <div>
          <h1 ref={head} tabIndex={-1}>
            {heading ?? title}
          </h1>
          {lead === undefined ? null : <p>{lead}</p>}
        </div>
        {actions === undefined ? null : <div className="row row-wrap">{actions}</div>}
      </header>
      {children}
    </>
  );
}
