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

/** Where the page before was; the first one leaves the focus at the top, with the skip link. */
let lastPlace: string | undefined;

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
    const came = lastPlace !== undefined && lastPlace !== place;
    lastPlace = place;
    if (came && !document.activeElement?.closest('main input')) {
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
