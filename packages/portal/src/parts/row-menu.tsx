import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Menu, type MenuEntry } from './menu.tsx';

/** What else can be done with one line of a list: three dots at its end. */
export function RowMenu({
  label,
  entries,
}: {
  /** What it is a menu of, for those who hear it: `Actions for release 3`. */
  readonly label: string;
  readonly entries: readonly MenuEntry[];
}): ReactNode {
  return (
    <Menu
      label={label}
      entries={entries}
      button={(props) => (
        <Button
          {...props}
          look="plain"
          size="small"
          icon={<Ellipsis size={16} aria-hidden />}
          aria-label={label}
        />
      )}
    />
  );
}
