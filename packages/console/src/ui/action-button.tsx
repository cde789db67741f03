// A button that asks the server for something: first the question, when there is one, then the request, then what came of it.
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import type { ButtonProps } from './button.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useToast } from './toast.tsx';

export interface ActionButtonProps extends Pick<ButtonProps, 'children' | 'kind' | 'blocked' | 'label'> {
  /** Asked before, where the action is destructive. */
  readonly ask?: { readonly title: string; readonly consequences: readonly string[]; readonly verb: string };
  /** May answer with a sentence about what was done. */
  readonly run: () => Promise<string | void>;
}

export function ActionButton({ ask, run, blocked, ...button }: ActionButtonProps): ReactNode {
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  const [isRunning, setRunning] = useState(false);
  const act = async (): Promise<void> => {
    setAsking(false);
    setRunning(true);
    try {
      const sentence = await run();
      if (sentence) toast(sentence, 'good');
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'bad');
    } finally {
      setRunning(false);
    }
  };
  return (
    <>
      <Button {...button} blocked={isRunning ? 'under way' : blocked} onClick={() => (ask ? setAsking(true) : void act())} />
      {ask && isAsking && <ConfirmDialog {...ask} onConfirm={() => void act()} onClose={() => setAsking(false)} />}
    </>
  );
}
