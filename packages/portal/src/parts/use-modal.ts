import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

interface ModalOptions {
  readonly onClose: () => void;
  /** A click beside it closes it too; not where something typed would be lost. */
  readonly light?: boolean;
}

/**
 * Opens a dialog element as a modal while it is mounted. Focus stays inside, Escape closes it, and the focus
 * goes back to where it came from: all of that is the browser's own.
 */
export function useModal({
  onClose,
  light = false,
}: ModalOptions): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  // Before it leaves the document: only a dialog that is still in it gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return undefined;
    element.showModal();
    // The event of an earlier closing can come late, when it is open again.
    const onClosed = (): void => {
      if (!element.open) close.current();
    };
    const onClick = (event: MouseEvent): void => {
      if (light && event.target === element) element.close();
    };
    element.addEventListener('close', onClosed);
    element.addEventListener('click', onClick);
    return () => {
      element.removeEventListener('close', onClosed);
      element.removeEventListener('click', onClick);
      element.close();
    };
  }, [light]);
  return dialog;
}
