import { CircleCheck, X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Button } from './button.tsx';

const ToastContext = createContext<(text: string) => void>(() => undefined);

/** Says in passing that something was accepted; what matters stays on the page. */
export const useToast = (): ((text: string) => void) => useContext(ToastContext);

interface Toast {
  readonly id: number;
  readonly text: string;
}

const shownMs = 5000;

export function Toasts({ children }: { readonly children: ReactNode }): ReactNode {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const drop = useCallback(
    (id: number) => setToasts((held) => held.filter((toast) => toast.id !== id)),
    [],
  );
  const say = useCallback(
    (text: string) => {
      const id = Date.now() + Math.random();
      setToasts((held) => [...held.slice(-2), { id, text }]);
      setTimeout(() => drop(id), shownMs);
    },
    [drop],
  );
  return (
    <ToastContext value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, text }) => (
          <div className="toast" key={id}>
            <CircleCheck size={16} className="mark-good" aria-hidden />
            <span>{text}</span>
            <Button
              look="plain"
              size="small"
              icon={<X size={14} aria-hidden />}
              aria-label="Dismiss"
              onClick={() => drop(id)}
            />
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
