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

let firstPage = true;

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
    // The first page keeps the browser's own order: focus begins at the top, with the skip link.
    if (!firstPage && !document.activeElement?.closest('main input'))
      head.current?.focus({ preventScroll: true });
    firstPage = false;
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
