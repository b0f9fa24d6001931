import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { placeBeside } from './place-beside.ts';

export interface MenuEntry {
  readonly id: string;
  readonly title: string;
  readonly icon?: ReactNode;
  /** Why it cannot be chosen now; shown below its title. */
  readonly not?: string | undefined;
  readonly bad?: boolean;
  readonly onChoose: () => void;
}

interface MenuButtonProps {
  readonly 'aria-haspopup': 'menu';
  readonly 'aria-expanded': boolean;
  readonly onClick: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly button: (props: MenuButtonProps) => ReactNode;
  readonly entries: readonly MenuEntry[];
  readonly head?: ReactNode;
  /** Which edge of the button it keeps to. */
  readonly side?: 'start' | 'end';
}

/** A menu button as the ARIA practices describe it: arrows, Home, End, letters, Escape. */
export function Menu({ label, button, entries, head, side = 'end' }: MenuProps): ReactNode {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const opener = (): HTMLElement | null =>
    anchor.current?.querySelector<HTMLElement>('[aria-haspopup]') ?? null;
  const close = (): void => {
    setOpen(false);
    opener()?.focus();
  };
  return (
    <span className="menu-anchor" ref={anchor}>
      {button({ 'aria-haspopup': 'menu', 'aria-expanded': open, onClick: () => setOpen(!open) })}
      {open ? (
        <MenuList
          label={label}
          entries={entries}
          head={head}
          side={side}
          opener={opener}
          onClose={close}
          onLeave={() => setOpen(false)}
        />
      ) : null}
    </span>
  );
}

interface MenuListProps extends Pick<MenuProps, 'label' | 'entries' | 'head'> {
  readonly side: 'start' | 'end';
  readonly opener: () => HTMLElement | null;
  readonly onClose: () => void;
  /** Somebody went elsewhere: it closes without taking the focus back. */
  readonly onLeave: () => void;
}

/** The open list, on the browser's top layer so that no scrolling table cuts it off. */
function MenuList({
  label,
  entries,
  head,
  side,
  opener,
  onClose,
  onLeave,
}: MenuListProps): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const items = (): HTMLElement[] => [
    ...(list.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? []),
  ];
  useLayoutEffect(() => {
    const element = list.current;
    const button = opener();
    if (element === null || button === null) return;
    element.showPopover();
    placeBeside(element, button, side);
    element.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    // Once, when it opens.
    // oxlint-disable-next-line react/exhaustive-deps -- the opener is found anew at each rendering, and is the same
  }, []);
  useEffect(() => {
    const outside = ({ target }: Event): void => {
      if (!(target instanceof Node)) return;
      const own = list.current?.contains(target) === true || opener()?.contains(target) === true;
      if (!own) onLeave();
    };
    // It stands where its button was; a log that scrolls elsewhere does not move that.
    const moved = ({ target }: Event): void => {
      if (target instanceof Node && target.contains(opener())) onLeave();
    };
    document.addEventListener('pointerdown', outside);
    window.addEventListener('resize', onLeave);
    document.addEventListener('scroll', moved, true);
    return () => {
      document.removeEventListener('pointerdown', outside);
      window.removeEventListener('resize', onLeave);
      document.removeEventListener('scroll', moved, true);
    };
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = items();
    const next = nextIndex(event.key, all.indexOf(document.activeElement as HTMLElement), all);
    if (event.key === 'Escape') onClose();
    else if (event.key === 'Tab') onLeave();
    if (next !== undefined) all[next]?.focus();
    if (next !== undefined || event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div ref={list} className="menu" popover="manual">
      {head}
      <div role="menu" tabIndex={-1} aria-label={label} onKeyDown={onKeyDown}>
        {entries.map((entry) => (
          <MenuItem key={entry.id} entry={entry} onChosen={onClose} />
        ))}
      </div>
    </div>
  );
}

interface MenuItemProps {
  readonly entry: MenuEntry;
  readonly onChosen: () => void;
}

function MenuItem({ entry, onChosen }: MenuItemProps): ReactNode {
  const { title, icon, not, bad = false, onChoose } = entry;
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      className={bad ? 'menu-item menu-item-bad' : 'menu-item'}
      {...(not === undefined ? {} : { 'aria-disabled': true })}
      onClick={() => {
        if (not !== undefined) return;
        onChosen();
        onChoose();
      }}
    >
      {icon}
      <span>
        {title}
        {not === undefined ? null : <span className="small faint">{not}</span>}
      </span>
    </button>
  );
}

function nextIndex(key: string, at: number, items: readonly HTMLElement[]): number | undefined {
  const last = items.length - 1;
  if (key === 'ArrowDown') return at >= last ? 0 : at + 1;
  if (key === 'ArrowUp') return at <= 0 ? last : at - 1;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key.length !== 1 || key === ' ') return undefined;
  const letter = key.toLowerCase();
  const order = [...items.keys()].map((step) => (at + 1 + step) % items.length);
  return order.find((index) => items[index]?.textContent?.trim().toLowerCase().startsWith(letter));
}
