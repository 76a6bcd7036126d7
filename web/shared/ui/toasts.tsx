import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'done' | 'error';
}
/** Milliseconds: long enough to be read, and read aloud; what went well needs less of it. */
const TOAST_MS = { done: 3500, error: 8000 };
const ToastContext = createContext<(text: string, kind: Toast['kind']) => void>(() => {});

/** Shows a passing word about what was done or refused. */
export const useToast = () => useContext(ToastContext);

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const count = useRef(0);
  const toast = useCallback((text: string, kind: Toast['kind']) => {
    const id = ++count.current;
    setToasts((all) => [...all.slice(-2), { id, text, kind }]);
    setTimeout(() => setToasts((all) => all.filter((other) => other.id !== id)), TOAST_MS[kind]);
  }, []);
  return (
    <ToastContext value={toast}>
      {children}
      <div className="toasts" role="status">
        {toasts.map(({ id, text, kind }) => (
          <p key={id} className="toast" data-kind={kind}>
            {text}
          </p>
        ))}
      </div>
    </ToastContext>
  );
}
