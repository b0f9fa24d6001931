import { ArrowUpRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { addressText, webAddress } from './safe-url.ts';

interface OutLinkProps {
  readonly url: string | undefined;
  readonly children?: ReactNode;
  readonly className?: string;
  readonly label?: string;
}

/** A link out of the portal: http and https only, never with access to this window. */
export function OutLink({ url, children, className, label }: OutLinkProps): ReactNode {
  const href = webAddress(url);
  if (href === undefined) return children === undefined ? (url ?? null) : children;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      title={href}
      className={className}
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      {children ?? (
        <span className="row out-link">
          <span className="cut">{addressText(href)}</span>
          <ArrowUpRight size={14} aria-hidden />
        </span>
      )}
    </a>
  );
}
