import type { Provenance } from '@pltf/contracts';
import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { placeBeside } from './place-beside.ts';

const sources: Readonly<Record<Provenance['source'], string>> = {
  'thin-file': 'Thin file',
  'golden-path': 'Golden path',
  'platform-file': 'Platform file',
  repository: 'Repository',
  guardrail: 'Guardrail',
  policy: 'Policy',
  default: 'Default',
};

interface WhyProps {
  readonly of: Provenance | undefined;
  readonly children: ReactNode;
}

/** A value that says where it comes from when one points at it, focuses it or taps on it. */
export function Why({ of, children }: WhyProps): ReactNode {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  if (of === undefined) return children;
  const where = of.where === undefined ? '' : `, ${of.where}`;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    setOpen(false);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="why-value"
        {...{ 'aria-description': `${of.because} ${sources[of.source]}${where}` }}
        onMouseEnter={() => setOpen(true)}
        onMouseLeave={() => setOpen(false)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onClick={() => setOpen(true)}
        onKeyDown={onKeyDown}
      >
        {children}
      </button>
      {open ? (
        <Tip anchor={button}>
          <span className="strong">
            {sources[of.source]}
            {of.where === undefined ? null : <code className="place">{of.where}</code>}
          </span>
          <span>{of.because}</span>
        </Tip>
      ) : null}
    </>
  );
}

interface TipProps {
  readonly anchor: { readonly current: HTMLElement | null };
  readonly children: ReactNode;
}

/** On the browser's top layer, so that no scrolling table cuts it off. */
function Tip({ anchor, children }: TipProps): ReactNode {
  const tip = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const place = (): void => {
      if (tip.current !== null && anchor.current !== null)
        placeBeside(tip.current, anchor.current, 'start');
    };
    tip.current?.showPopover();
    place();
    // Coming by keyboard scrolls its value into view: it goes along.
    document.addEventListener('scroll', place, true);
    return () => document.removeEventListener('scroll', place, true);
  }, [anchor]);
  return (
    <div ref={tip} className="tip" popover="manual" role="tooltip" aria-hidden>
      {children}
    </div>
  );
}
