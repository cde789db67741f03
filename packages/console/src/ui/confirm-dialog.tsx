// The question before something that cannot be taken back: what will happen, in sentences, and a verb to agree with.
import { useId, useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

export interface ConfirmDialogProps {
  readonly title: string;
  /** What will happen, one sentence each. */
  readonly consequences: readonly string[];
  readonly verb: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  /** Fields to fill in, when the action needs any. */
  readonly children?: ReactNode;
}

export function ConfirmDialog({ title, consequences, verb, onConfirm, onClose, children }: ConfirmDialogProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Before the element goes: only a dialog that closes gives the focus back to the button that opened it.
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <form onSubmit={(event) => {
        // The dialog goes with its element; a form that submits itself would by then be gone.
        event.preventDefault();
        onConfirm();
      }}>
        <h2 id={id}>{title}</h2>
        <ul>{consequences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
        {children}
        <div className="row">
          <Button onClick={onClose}>Leave it</Button>
          <button type="submit" className="button" data-kind="danger-solid">{verb}</button>
        </div>
      </form>
    </dialog>
  );
}
