// Short messages about what an action came to. Announced to screen readers; bad news stays until it is dismissed.
import { createContext, useCallback, useContext, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

export type ToastTone = 'good' | 'bad' | 'info';
export type ShowToast = (sentence: string, tone?: ToastTone) => void;

interface Toast {
  readonly id: number;
  readonly sentence: string;
  readonly tone: ToastTone;
}

const SHOWN_MS = 6_000;
/** More would hide the page; the oldest goes. */
const TOASTS_MAX = 4;

const ToastContext = createContext<ShowToast>(() => {});

export const useToast = (): ShowToast => useContext(ToastContext);

export function ToastProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const dismiss = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);
  const show = useCallback<ShowToast>((sentence, tone = 'info') => {
    const id = Math.random();
    setToasts((shown) => [...shown, { id, sentence, tone }].slice(-TOASTS_MAX));
    if (tone !== 'bad') setTimeout(() => dismiss(id), SHOWN_MS);
  }, [dismiss]);
  const list = useMemo(() => toasts.map(({ id, sentence, tone }) => (
    <div key={id} className="toast" data-tone={tone}>
      <p>{sentence}</p>
      <Button onClick={() => dismiss(id)} label={`Dismiss: ${sentence}`}>Dismiss</Button>
    </div>
  )), [toasts, dismiss]);
  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="status" aria-live="polite">{list}</div>
    </ToastContext>
  );
}
