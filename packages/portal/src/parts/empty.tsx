import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface EmptyProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text: string;
  readonly small?: boolean;
  readonly children?: ReactNode;
}

/** Nothing here, why, and what to do about it. */
export function Empty({ icon: Icon, title, text, small = false, children }: EmptyProps): ReactNode {
  return (
    <div className={small ? 'empty empty-small' : 'empty'}>
      <Icon size={small ? 20 : 28} strokeWidth={1.6} aria-hidden />
      <h2>{title}</h2>
      <p>{text}</p>
      {children === undefined ? null : <div className="empty-more">{children}</div>}
    </div>
  );
}
