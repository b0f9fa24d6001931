import { type ReactNode, useId } from 'react';
import { useModal } from './use-modal.ts';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
}

/** A modal dialog with a title; its parts are `dialog-body` and `dialog-foot`. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps): ReactNode {
  const dialog = useModal({ onClose });
  const id = useId();
  return (
    <dialog ref={dialog} className={wide ? 'dialog dialog-wide' : 'dialog'} aria-labelledby={id}>
      <div className="dialog-body">
        <h2 id={id}>{title}</h2>
      </div>
      {children}
    </dialog>
  );
}
