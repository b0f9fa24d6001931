import { Search } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react';
import { useLocation } from 'wouter';
import { useModal } from '../parts/use-modal.ts';
import { type PaletteEntry, usePaletteEntries } from './entries.tsx';
import { ranked } from './rank.ts';

const shown = 40;

/** Finds services, pages and actions by a few letters: a combobox that owns its list. */
export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const dialog = useModal({ onClose, light: true });
  const [location, go] = useLocation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const entries = ranked(usePaletteEntries(text, location), text, shown);
  const current = Math.min(at, entries.length - 1);
  useEffect(() => {
    dialog.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });
  const choose = (entry: PaletteEntry | undefined): void => {
    if (entry === undefined) return;
    onClose();
    if (typeof entry.choose === 'string') go(entry.choose);
    else entry.choose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + 8,
      PageUp: current - 8,
    };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      const last = entries.length - 1;
      setAt(
        event.key.startsWith('Page')
          ? Math.max(0, Math.min(last, next))
          : (next + entries.length) % Math.max(1, entries.length),
      );
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(entries[current]);
    }
  };
  return (
    <dialog ref={dialog} className="dialog palette" aria-label="Find or do">
      <div className="palette-search">
        <Search size={18} aria-hidden />
        <input
          autoFocus
          role="combobox"
          aria-label="Find a service, a page or an action"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={entries.length === 0 ? undefined : `${id}-${current}`}
          placeholder="Find a service, a page or an action"
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          value={text}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
        />
        <kbd>Esc</kbd>
      </div>
      <div className="palette-list" role="listbox" id={id} aria-label="Results">
        {entries.map((entry, index) => (
          <Row
            key={entry.id}
            id={`${id}-${index}`}
            entry={entry}
            selected={index === current}
            first={entries[index - 1]?.group !== entry.group}
            onChoose={() => choose(entry)}
            onPoint={() => setAt(index)}
          />
        ))}
        {entries.length === 0 ? <p className="palette-group">Nothing is called “{text}”.</p> : null}
      </div>
    </dialog>
  );
}

interface RowProps {
  readonly id: string;
  readonly entry: PaletteEntry;
  readonly selected: boolean;
  readonly first: boolean;
  readonly onChoose: () => void;
  readonly onPoint: () => void;
}

function Row({ id, entry, selected, first, onChoose, onPoint }: RowProps): ReactNode {
  return (
    <>
      {first ? (
        <div className="palette-group" role="presentation">
          {entry.group}
        </div>
      ) : null}
      <button
        type="button"
        id={id}
        role="option"
        tabIndex={-1}
        aria-selected={selected}
        className="palette-entry"
        onClick={onChoose}
        onMouseMove={onPoint}
      >
        {entry.icon}
        <span className="cut" title={entry.title}>
          {entry.title}
        </span>
        {entry.note === '' ? null : <span className="small faint cut">{entry.note}</span>}
      </button>
    </>
  );
}
